/** What the server says about calls, in few words. */

import type {
  CallSnapshot,
  EndReason,
  ErrorCode,
  Party,
  Told,
  WalletState,
  Welcome,
} from "../../src/signaling/messages.js";

export const CALL_ID = "call-1";
export const ANN: Party = { account_id: "id-of-ann", user_name: "ann" };
export const BEN: Party = { account_id: "id-of-ben", user_name: "ben" };
export const MINUTE_MS = 60_000;
const TERMS = { price_minor: 10, currency: "EUR", minute_ms: MINUTE_MS, free_ms: 0, grace_ms: 0 };

export const WALLET: WalletState = {
  version: 1,
  balance_minor: 25,
  held_minor: 10,
  available_minor: 15,
  earned_minor: 0,
  price_minor: 10,
  currency: "EUR",
  minutes_affordable: 1,
  blocked: false,
  blocked_by_operator: false,
};

export function welcome(call: CallSnapshot | null = null): Welcome {
  return {
    type: "welcome",
    account: ANN,
    device_id: "device-1",
    resume_token: "token",
    resume_ms: 20_000,
    ping_ms: 4_000,
    wallet: WALLET,
    call,
    resumed: false,
    received: 0,
    ref: null,
  };
}

export function snapshot(state: CallSnapshot["state"], changes: Partial<CallSnapshot> = {}): CallSnapshot {
  return { call_id: CALL_ID, state, role: "caller", other: BEN, ...TERMS, talk_ms: 0, paid_ms: 0, ...changes };
}

/** How the call stands, told in the middle of it. */
export function stands(call: CallSnapshot): Told<"call.snapshot"> {
  return { type: "call.snapshot", call };
}

export function authorizing(ref: string | null, call_id = CALL_ID): Told<"call.authorizing"> {
  return { type: "call.authorizing", call_id, ref };
}

export function refused(reason: Told<"call.refused">["reason"], call_id = CALL_ID): Told<"call.refused"> {
  const money = reason === "insufficient_funds";
  return {
    type: "call.refused",
    call_id,
    reason,
    price_minor: money ? 10 : null,
    shortfall_minor: money ? 4 : null,
    currency: money ? "EUR" : null,
    retry_after_ms: reason === "too_many_calls" ? 30_000 : null,
    spend_limit: null,
    left_minor: null,
    ref: null,
  };
}

export function rings(call_id = CALL_ID): Told<"call.ringing"> {
  return { type: "call.ringing", call_id, callee: BEN, ...TERMS, ring_ms: 45_000 };
}

export function incoming(call_id = CALL_ID, caller = BEN): Told<"call.incoming"> {
  return { type: "call.incoming", call_id, caller, ring_ms: 45_000 };
}

export function accepted(call_id = CALL_ID): Told<"call.accepted"> {
  return { type: "call.accepted", call_id, connect_ms: 20_000 };
}

export function answeredElsewhere(call_id = CALL_ID): Told<"call.answered_elsewhere"> {
  return { type: "call.answered_elsewhere", call_id };
}

export function offer(sdp = "offer", call_id = CALL_ID): Told<"call.offer"> {
  return { type: "call.offer", call_id, from_account_id: BEN.account_id, sdp };
}

export function active(call_id = CALL_ID): Told<"call.active"> {
  return { type: "call.active", call_id, ...TERMS, paid_ms: MINUTE_MS };
}

export function lease(talk_ms: number, paid_ms: number): Told<"call.lease"> {
  return { type: "call.lease", call_id: CALL_ID, talk_ms, paid_ms };
}

export function lowFunds(ends_in_ms = 15_000): Told<"call.low_funds"> {
  const why = { reason: "funds", spend_limit: null, shortfall_minor: 5, currency: "EUR" } as const;
  return { type: "call.low_funds", call_id: CALL_ID, ends_in_ms, ...why };
}

export function peerLost(): Told<"call.peer_lost"> {
  return { type: "call.peer_lost", call_id: CALL_ID, resume_ms: 20_000 };
}

export function peerResumed(): Told<"call.peer_resumed"> {
  return { type: "call.peer_resumed", call_id: CALL_ID };
}

export function ended(reason: EndReason, talk_ms = 0, call_id = CALL_ID): Told<"call.ended"> {
  return { type: "call.ended", call_id, reason, talk_ms };
}

export function charged(talk_ms: number, minutes: number, charge_minor: number): Told<"call.charged"> {
  return { type: "call.charged", call_id: CALL_ID, talk_ms, minutes, charge_minor, wallet: WALLET };
}

export function error(code: ErrorCode, about: { ref?: string; call_id?: string } = {}): Told<"error"> {
  return { type: "error", code, message: "no", ref: about.ref ?? null, call_id: about.call_id ?? null };
}
