import type { CallRecord } from "@talktime/client/operators";
import { time } from "../format.js";
import { outcomeText } from "./outcomes.js";
import { o } from "./words.js";

export function callerName(call: CallRecord): string {
  return call.caller.user_name ?? o().accounts.deleted;
}

export function calleeName(call: CallRecord): string {
  if (!call.callee) return o().calls.nobody;
  return call.callee.user_name ?? o().accounts.deleted;
}

/** Return where the call stands. */
export function stateText(call: CallRecord): string {
  const texts = o().calls;
  if (call.ended_at) return outcomeText(call.reason);
  if (call.started_at) return texts.talksSince(time(new Date(call.started_at)));
  return texts.ringsSince(time(new Date(call.authorized_at)));
}
