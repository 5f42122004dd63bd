/** What a call's end means to the person who reads it. */
import type { Call, CallEnd, EndReason, LocalEndReason, RefusalReason, Role } from "@talktime/client";
import { t } from "../texts/index.js";

const LOCAL: Record<LocalEndReason, true> = { answered_elsewhere: true, not_connected: true, no_relay: true };

/** Return why the call ended, or why nothing rang. `byOneself`: this device hung up. */
export function endText(end: CallEnd, role: Role, name: string, byOneself = false): string {
  const texts = t().calling;
  if (isLocal(end.reason)) return texts.localEnds[end.reason](name);
  if (end.refused) return texts.refusals[end.reason as RefusalReason](name);
  if (end.reason === "hung_up" && byOneself) return texts.youHungUp;
  const texted = role === "caller" ? texts.endForCaller : texts.endForCallee;
  return texted[end.reason as EndReason](name);
}

/** The other one's user name, or as much as is known. */
export function nameOf(call: Call): string {
  return call.otherName ?? "…";
}

function isLocal(reason: CallEnd["reason"]): reason is LocalEndReason {
  return Object.hasOwn(LOCAL, reason);
}
