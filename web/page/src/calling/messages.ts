/** What a call's end means to the person who reads it. */
import type { Call, CallEnd, LocalEndReason, Role } from "@talktime/client";
import { installation } from "../installation.js";
import { t } from "../texts/index.js";

const LOCAL: Record<LocalEndReason, true> = { answered_elsewhere: true, not_connected: true, no_relay: true };

const SECOND_MS = 1_000;

/** Return why the call ended, or why nothing rang. `byOneself`: this device hung up. */
export function endText(end: CallEnd, role: Role, name: string, byOneself = false): string {
  const { localEnds, refusals, endForCaller, endForCallee, unrelayed, youHungUp, tooManyCalls } = t().calling;
  if (isLocal(end.reason)) return localEnds[end.reason](name);
  // Another network, or none of a VPN, helps less than a relay would.
  if (end.reason === "connect_failed" && installation.value?.relay_available === false) return unrelayed;
  if (end.reason === "hung_up" && byOneself) return youHungUp;
  if (end.reason === "too_many_calls" && end.retryAfterMs)
    return tooManyCalls(Math.ceil(end.retryAfterMs / SECOND_MS));
  const told = end.refused ? refusals : role === "caller" ? endForCaller : endForCallee;
  // A page that was open for long may meet a server that has more reasons.
  const say = (told as Partial<Record<string, (name: string) => string>>)[end.reason];
  return say?.(name) ?? t().problems.unexpected;
}

/** The other one's user name, or as much as is known. */
export function nameOf(call: Call): string {
  return call.otherName ?? "…";
}

function isLocal(reason: CallEnd["reason"]): reason is LocalEndReason {
  return Object.hasOwn(LOCAL, reason);
}
