/** Screens whose code is loaded when they are opened: nobody needs them to call. */
import { NetworkError } from "@talktime/client";
import type { ComponentType } from "preact";
import { useEffect } from "preact/hooks";
import { Broken, NotReached } from "./frame/broken.js";
import { useLoad } from "./load.js";
import { loadCode } from "./load-code.js";
import { connectionState, currentCall } from "./talktime.js";
import { LoadFailure, Loading } from "./ui/loaded.js";

/** `part`: of a screen. `aside`: beside something that matters more, where nothing is said of it. */
type As = "screen" | "part" | "aside";

/** Return a component that loads the real one first, once, or says that it cannot be loaded. */
export function late<Props extends object = object>(
  load: () => Promise<ComponentType<Props>>,
  as: As = "screen",
): ComponentType<Props> {
  let loaded: ComponentType<Props> | undefined;
  const around = {
    // What would be loaded anew, not from memory.
    answers: () =>
      fetch(location.href, { cache: "no-store" }).then(
        ({ ok }) => ok,
        () => false,
      ),
    isFree: () => as !== "aside" && !currentCall.peek(),
    ageMs: () => performance.now(),
    reload: () => location.reload(),
  };
  const get = async () => {
    loaded = await loadCode(load, around);
    return loaded;
  };
  return (props) => {
    const { data, error, again } = useLoad(get, []);
    const isOpen = connectionState.value === "open";
    useEffect(() => {
      if (error && isOpen) again();
    }, [isOpen]);
    useEffect(() => {
      if (!error) return;
      // The socket may have outlived what took the network away for a moment.
      addEventListener("online", again);
      return () => removeEventListener("online", again);
    }, [error]);
    const Part = loaded ?? data;
    if (Part) return <Part {...props} />;
    if (as === "aside") return null;
    if (!error) return <Loading />;
    if (as === "part") return <LoadFailure error={error} again={again} />;
    return error instanceof NetworkError ? <NotReached error={error} again={again} /> : <Broken />;
  };
}
