import { useEffect, useState } from "preact/hooks";
import { OwnMedia } from "./own-media.js";

/** Own media for as long as a component is there, opened `atOnce` or when told; it closes what was not given away. */
export function useOwnMedia({ atOnce = true } = {}): OwnMedia {
  const [own] = useState(() => new OwnMedia());
  useEffect(() => {
    if (atOnce) void own.open();
    return () => own.leave();
  }, [own]);
  return own;
}
