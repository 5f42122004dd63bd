import type { Call } from "@talktime/client";
import { useEffect, useErrorBoundary } from "preact/hooks";
import { t } from "../texts/index.js";
import { toast } from "../ui/toast.js";
import { BrokenCall, BrokenPreview } from "./broken-call.js";
import { Ended } from "./ended.js";
import { InCall } from "./in-call.js";
import { Incoming } from "./incoming.js";
import { closingOf } from "./outcome.js";
import { Outgoing } from "./outgoing.js";
import { Preview } from "./preview.js";
import { useReturnFocus } from "./return-focus.js";
import { useCallTitle, useFarewell, useRinging } from "./ringing.js";
import { dismiss, shownCall } from "./shown-call.js";
import { callee } from "./start-call.js";
import { useChanges } from "./use-changes.js";

/** How long the server's word on a cancelled call is waited for. */
const TOLD_MS_MAX = 1_000;

/** Whatever the current call shows, above any screen. A part that fails takes neither the page nor the call with it. */
export function CallLayer() {
  // Another account's call is nobody's business here.
  useEffect(
    () => () => {
      shownCall.value = null;
      callee.value = null;
    },
    [],
  );
  const call = shownCall.value;
  const [error, again] = useErrorBoundary((failure) => reportError(failure));
  useEffect(again, [call, callee.value]);
  useReturnFocus(call !== null || callee.value !== null);
  if (error) return call ? <BrokenCall call={call} onAgain={again} /> : <BrokenPreview />;
  return <Shown call={call} />;
}

function Shown({ call }: { call: Call | null }) {
  if (call) return <ShownCall call={call} />;
  return callee.value && <Preview {...callee.value} />;
}

function ShownCall({ call }: { call: Call }) {
  useChanges(call);
  useRinging(call);
  useFarewell(call);
  useCallTitle(call);
  if (call.end) return <Closing call={call} end={call.end} />;
  if (call.state === "authorizing") return <Outgoing call={call} />;
  if (call.state !== "ringing") return <InCall call={call} />;
  return call.role === "caller" ? <Outgoing call={call} /> : <Incoming call={call} />;
}

/** A dialog, a word in passing, or nothing. */
function Closing({ call, end }: { call: Call; end: NonNullable<Call["end"]> }) {
  useChanges(call);
  const closing = closingOf(end, call.role);
  const { endTold } = call;
  useEffect(() => {
    if (closing === "dialog") return;
    const texts = t().calling;
    const close = (said: string | null) => {
      if (said) toast(said, "info");
      dismiss(call);
    };
    if (closing === "elsewhere") return close(texts.localEnds.answered_elsewhere(""));
    if (closing === "nothing") return close(null);
    // That it cost nothing is for the server to say.
    if (endTold) return close(texts.cancelledFree);
    const timer = setTimeout(() => close(texts.cancelled), TOLD_MS_MAX);
    return () => clearTimeout(timer);
  }, [closing, call, endTold]);
  return closing === "dialog" ? <Ended call={call} end={end} /> : null;
}
