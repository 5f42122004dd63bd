/** What a call does beside the picture: it rings, it says so in the title, it keeps the screen awake. */
import type { Call } from "@talktime/client";
import { useEffect } from "preact/hooks";
import { t } from "../texts/index.js";
import { urgentTitle } from "../title.js";
import { nameOf } from "./messages.js";
import { inOneTab } from "./one-tab.js";
import { play } from "./ringing-sound.js";
import { FAREWELL, RING, RING_BACK } from "./tones.js";

/** Ring while it rings: at the caller's softly, at the callee's in one tab only; and stop at once. */
export function useRinging(call: Call): void {
  const { state, role, id } = call;
  useEffect(() => {
    if (state !== "ringing") return;
    const stopped = new AbortController();
    const sound = play(role === "caller" ? RING_BACK : RING, { muted: role === "callee" });
    if (role === "callee")
      void sound.audible.then(() => inOneTab(`talktime:ring:${id}`, stopped.signal, sound.unmute));
    return () => {
      stopped.abort();
      sound.stop();
    };
  }, [state, role, id]);
}

/** Say by a sound that a call that was talked in is over. */
export function useFarewell(call: Call): void {
  const over = call.end !== null && call.end.talkMs > 0;
  useEffect(() => {
    if (over) play(FAREWELL, { once: true });
  }, [over]);
}

/** Show in the tab's title that somebody calls, or that one is in a call. */
export function useCallTitle(call: Call): void {
  const title = titleOf(call);
  useEffect(() => {
    urgentTitle.value = title;
    return () => {
      urgentTitle.value = null;
    };
  }, [title]);
}

function titleOf(call: Call): string | null {
  const texts = t().calling;
  const name = nameOf(call);
  if (call.state === "ended") return null;
  if (call.state === "ringing" && call.role === "callee") return `📞 ${texts.isCalling(name)}`;
  if (call.state === "authorizing" || call.state === "ringing") return texts.callingName(name);
  return texts.inCallTitle(name);
}
