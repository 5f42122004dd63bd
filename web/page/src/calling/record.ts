/** What is written down of a call: for an end, or its price, that this device was not told of. */
import type { Call, CallEnd, CallView, Charge } from "@talktime/client";
import { paidIn } from "../history/outcomes.js";
import { costOf } from "./outcome.js";

const FIRST_MS = 1_000;
const WAIT_MS_MAX = 30_000;

/** Whether the server knows more than it could say: how a lost call ended, or what its caller pays. */
export function isGuess(call: Pick<Call, "role" | "endTold" | "charge">, end: CallEnd): boolean {
  if (end.refused) return false;
  if (end.reason === "lost" && !call.endTold) return true;
  return call.role === "caller" && !costOf(end, call.endTold, call.charge).known;
}

/** Ask, less and less often, until the end is written down; tell it once. Returns how to stop. */
export function followRecord(ask: () => Promise<CallView>, tell: (record: CallView) => void): () => void {
  let waitMs = FIRST_MS;
  let timer = setTimeout(look, waitMs);
  let over = false;
  async function look() {
    const record = await ask().catch(() => null);
    if (over) return;
    // Until the call is settled it has no end.
    if (record?.reason) return tell(record);
    waitMs = Math.min(2 * waitMs, WAIT_MS_MAX);
    timer = setTimeout(look, waitMs);
  }
  return () => {
    over = true;
    clearTimeout(timer);
  };
}

/** Return the end as it is written down; what was done on this device needs no other reason. */
export function endIn(record: CallView, { reason }: CallEnd): CallEnd {
  return {
    reason: (reason === "lost" && record.reason) || reason,
    refused: false,
    talkMs: record.talk_ms ?? 0,
  };
}

/** Return what the caller paid, less what went back of it; null for the callee. */
export function chargeIn(record: CallView): Charge | null {
  const chargeMinor = paidIn(record);
  return chargeMinor === null ? null : { chargeMinor, minutes: record.minutes ?? 0, talkMs: record.talk_ms ?? 0 };
}
