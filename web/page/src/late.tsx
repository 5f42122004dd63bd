/** Screens whose code is loaded when they are opened: nobody needs them to call. */
import { NetworkError } from "@talktime/client";
import type { ComponentType } from "preact";
import { Broken } from "./frame/broken.js";
import { useLoad } from "./load.js";
import { connectionState } from "./talktime.js";
import { LoadFailure, Loading } from "./ui/loaded.js";

/**
 * Return a component that loads the real one first, once, or says that it cannot be loaded.
 *
 * `aside`: beside something that matters more, where nothing is said of it.
 */
export function late<Props extends object = object>(
  load: () => Promise<ComponentType<Props>>,
  { aside = false } = {},
): ComponentType<Props> {
  let loaded: ComponentType<Props> | undefined;
  const get = async () => {
    try {
      loaded = await load();
      return loaded;
    } catch (cause) {
      throw new NetworkError(undefined, { cause });
    }
  };
  return (props) => {
    const { data, error, again } = useLoad(get, []);
    const Screen = loaded ?? data;
    if (Screen) return <Screen {...props} />;
    if (aside) return null;
    if (!error) return <Loading />;
    // With a server that answers it is not the network: this page is older than what there is to load.
    return connectionState.value === "open" ? <Broken /> : <LoadFailure error={error} again={again} />;
  };
}
