import { useEffect, useState } from "preact/hooks";
import { OwnMedia } from "./own-media.js";

/** Own media for as long as a component is there; it closes what was not given away. */
export function useOwnMedia(when: (own: OwnMedia) => Promise<void> = (own) => own.open()): OwnMedia {
  const [own] = useState(() => new OwnMedia());
  useEffect(() => {
    void when(own);
    return () => own.leave();
  }, [own]);
  return own;
}
