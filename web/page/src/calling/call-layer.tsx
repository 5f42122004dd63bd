import type { Call } from "@talktime/client";
import { useEffect } from "preact/hooks";
import { t } from "../texts/index.js";
import { toast } from "../ui/toast.js";
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

/** Whatever the current call shows, above any screen. */
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
  useReturnFocus(call !== null || callee.value !== null);
  if (call) return <ShownCall call={call} />;
  return callee.value && <Preview userName={callee.value.userName} />;
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
  const closing = closingOf(end, call.role);
  useEffect(() => {
    if (closing === "dialog") return;
    if (closing === "cancelled") toast(t().calling.cancelledFree, "info");
    if (closing === "elsewhere") toast(t().calling.localEnds.answered_elsewhere(""), "info");
    dismiss(call);
  }, [closing, call]);
  return closing === "dialog" ? <Ended call={call} end={end} /> : null;
}
