/** What a device knows of one call, and what follows from it at a moment. */

import type { Party, Role, Said, WalletState } from "../signaling/messages.js";
import type { CallEnd, CallState, Charge, Cost, LowFunds } from "./states.js";
import { minutesOf, type Terms } from "./terms.js";

/** What is waited for, and no longer than that. Moments are of the monotonic clock. */
export interface Deadlines {
  /** What becomes of the invite; and where somebody calls, the person. */
  answerAtMs: number | null;
  /** Both sides' media. */
  connectAtMs: number | null;
  /** This device's way back to the server. */
  returnAtMs: number | null;
}

export interface CallModel extends Deadlines {
  id: string | null;
  role: Role;
  other: Party | null;
  /** What the server has it at, as far as known; `connecting` already with this device's own accept. */
  stage: Exclude<CallState, "reconnecting">;
  /** The caller's invite; null for who is called. */
  invite: Said<"call.invite"> | null;
  invited: boolean;
  /** Whether this device wants the call: it placed or accepted it. */
  wanted: boolean;
  /** Whether the two sides may negotiate their media. */
  negotiating: boolean;
  /** Whether this side's media is connected. */
  flowing: boolean;
  online: boolean;
  peerLost: boolean;
  terms: Terms | null;
  /** The talk time at a moment, from which it runs; null until it does. */
  talk: { talkMs: number; atMs: number } | null;
  /** Until then figures of the server may be from before a resume; null where they are not. */
  caughtUpAtMs: number | null;
  /** Since when a side is lost: for a call that is given up then, only the talk time before it counts. */
  lostAtMs: number | null;
  paidMs: number;
  /** The talk cannot be longer than this, whatever money there is, as a quote has said; null where none has. */
  talkMsMax: number | null;
  lowFunds: LowFunds | null;
  end: CallEnd | null;
  /** Whether the server has said so; else it is what this device makes of its silence. */
  endTold: boolean;
  /** Whether this device left, and the server may not have heard of it. */
  left: boolean;
  charge: Charge | null;
}

const BLANK: Omit<CallModel, "role" | "stage"> = {
  id: null,
  other: null,
  invite: null,
  invited: false,
  wanted: false,
  negotiating: false,
  flowing: false,
  online: true,
  peerLost: false,
  terms: null,
  talk: null,
  caughtUpAtMs: null,
  lostAtMs: null,
  paidMs: 0,
  talkMsMax: null,
  lowFunds: null,
  end: null,
  endTold: false,
  left: false,
  charge: null,
  answerAtMs: null,
  connectAtMs: null,
  returnAtMs: null,
};

/** A call that this device is about to place. */
export function placing(
  invite: Said<"call.invite">,
  answerAtMs: number,
  talkMsMax: number | null = null,
): CallModel {
  return {
    ...BLANK,
    role: "caller",
    stage: "authorizing",
    invite,
    wanted: true,
    online: false,
    answerAtMs,
    talkMsMax,
  };
}

/** A call that rings on this device. */
export function ringing(id: string, caller: Party, answerAtMs: number): CallModel {
  return { ...BLANK, role: "callee", stage: "ringing", id, other: caller, answerAtMs };
}

/** The server's state, but `reconnecting` where this device knows of a loss. */
export function stateOf(call: CallModel): CallState {
  return call.stage === "active" && (call.peerLost || !call.online) ? "reconnecting" : call.stage;
}

/** Talk time: it never runs past what is paid, as the server would cut it there. */
export function talkMsOf(call: CallModel, nowMs: number): number {
  if (call.end) return call.end.talkMs;
  if (!call.talk) return 0;
  return Math.min(call.talk.talkMs + Math.max(0, nowMs - call.talk.atMs), call.paidMs);
}

/**
 * For how long the talk can go on: while funds are low, until the call ends; else for who pays it, the paid time and
 * the minutes that this money pays on top. Null where that is not known, or where a minute costs nothing.
 */
export function timeLeftMsOf(call: CallModel, money: Money | null, nowMs: number): number | null {
  if (call.end || !call.talk) return null;
  const endsAtTalkMs = call.lowFunds?.endsAtTalkMs ?? payableMsOf(call, money);
  return endsAtTalkMs === null ? null : Math.max(0, endsAtTalkMs - talkMsOf(call, nowMs));
}

/** What of a wallet matters to a call. */
export type Money = Pick<WalletState, "balance_minor">;

/**
 * The paid minutes are held: they are still in the balance, whether the wallet that is known is from before or after.
 * Without a connection nobody knows whether more of them are paid.
 */
function payableMsOf({ role, terms, paidMs, online, talkMsMax }: CallModel, money: Money | null): number | null {
  if (role !== "caller" || !terms?.priceMinor || !money) return null;
  if (!online) return paidMs;
  const heldMinor = (Math.max(0, paidMs - terms.freeMs) / terms.minuteMs) * terms.priceMinor;
  const more = Math.max(0, Math.floor((money.balance_minor - heldMinor) / terms.priceMinor));
  const payableMs = paidMs + more * terms.minuteMs;
  // What is paid beyond the limit shows that there is no such limit any more.
  return talkMsMax === null || talkMsMax < paidMs ? payableMs : Math.min(payableMs, talkMsMax);
}

/**
 * A minute that the server has seen begin is a whole one; the first begins with the talk, or when it is free no more.
 *
 * Talk time is counted from what the server said and the time that has passed since it arrived, so it is never ahead
 * of the server's; nor is the cost, as nothing is counted on while a side is lost.
 */
export function costOf(call: CallModel, nowMs: number): Cost | null {
  if (call.role !== "caller" || !call.terms) return null;
  if (call.charge)
    return { ...call.terms, minutesStarted: call.charge.minutes, costMinor: call.charge.chargeMinor };
  const talkMs = talkMsOf(call, call.lostAtMs ?? nowMs);
  const minutesStarted = minutesOf(call.talk && !call.end ? Math.max(1, talkMs) : talkMs, call.terms);
  return { ...call.terms, minutesStarted, costMinor: minutesStarted * call.terms.priceMinor };
}

/** When the next wait is over. */
export function deadlineOf(call: CallModel): number | null {
  const all = [call.answerAtMs, call.connectAtMs, call.returnAtMs].filter((at) => at !== null);
  return all.length ? Math.min(...all) : null;
}
