/** The call that the layer shows: the current one, and then its end until that is closed. */

import { effect, signal } from "@preact/signals";
import type { Call } from "@talktime/client";
import { currentCall } from "../talktime.js";
import { callee } from "./start-call.js";

export const shownCall = signal<Call | null>(null);

const hungUp = new WeakSet<Call>();

effect(() => {
  const now = currentCall.value;
  // A preview of somebody else is over as soon as there is a call; one that is missed leaves it open.
  if (now) shownCall.value = now;
});

/** End it from this side. */
export function hangUp(call: Call): void {
  hungUp.add(call);
  call.hangUp();
}

/** Whether it was this device that ended it. */
export function endedByOneself(call: Call): boolean {
  return hungUp.has(call);
}

export function dismiss(call: Call): void {
  if (shownCall.peek() === call) shownCall.value = null;
}

/** Ask again whether to call the same person. */
export function callAgain(call: Call): void {
  dismiss(call);
  if (call.otherName) callee.value = { id: call.other?.account_id, userName: call.otherName };
}
