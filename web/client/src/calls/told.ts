/** What the server says about a call, and what it means to it. */

import type { ErrorCode, RefusalReason, ServerMessage, Told } from "../signaling/messages.js";
import { type CallModel, talkMsOf } from "./model.js";
import type { CallEnd } from "./states.js";
import { connect, end, leave, leaveAgain, type Step, to } from "./steps.js";
import { termsOf } from "./terms.js";

export function told(call: CallModel, message: ServerMessage, nowMs: number): Step {
  if (call.end) return toldAfterwards(call, message);
  switch (message.type) {
    case "call.authorizing":
      return to({ ...call, id: message.call_id });
    case "call.refused":
      return end({ ...call, id: message.call_id }, refusal(message));
    case "call.ringing":
      return rings(call, message);
    case "call.accepted":
    case "call.active":
      // Nobody is talked to who did not take the call.
      if (!call.wanted) return leave(call, "declined", "call.hang_up", nowMs);
      return message.type === "call.active" ? active(call, message, nowMs) : accepted(call, message, nowMs);
    case "call.answered_elsewhere":
      return end(call, ended("answered_elsewhere", 0));
    case "call.offer":
    case "call.answer":
    case "call.candidate":
      return call.wanted ? to(call, { type: "media", message }) : to(call);
    case "call.lease":
      return leased(call, message, nowMs);
    case "call.low_funds":
      return lowFunds(call, message, nowMs);
    case "call.peer_lost":
      return to({ ...call, peerLost: true, lostAtMs: call.lostAtMs ?? nowMs });
    case "call.peer_resumed":
      return to({ ...call, peerLost: false, lostAtMs: null }, { type: "recover" });
    case "call.ended":
      return end({ ...call, endTold: true }, ended(message.reason, message.talk_ms));
    case "call.charged":
      return charged(end(call, ended("lost", message.talk_ms)), message);
    case "error":
      return rejected(call, message, nowMs);
    default:
      return to(call);
  }
}

/** The talk time that a message tells. One that comes late, after a resume, does not set back what was counted on. */
function toldTalk(call: CallModel, talkMs: number, paidMs: number, nowMs: number): CallModel {
  const isLate = call.talk !== null && call.caughtUpAtMs !== null && nowMs < call.caughtUpAtMs;
  const countedMs = isLate ? talkMsOf({ ...call, paidMs: Math.max(paidMs, call.paidMs) }, nowMs) : 0;
  return talking(call, Math.max(talkMs, countedMs), paidMs, nowMs);
}

/** The talk time from now on: the server's figure, whatever was counted here. */
export function talking(call: CallModel, talkMs: number, paidMs: number, nowMs: number): CallModel {
  const lowFunds = call.lowFunds && call.lowFunds.endsAtTalkMs < paidMs ? null : call.lowFunds;
  return { ...call, paidMs, lowFunds, talk: { talkMs, atMs: nowMs } };
}

function ended(reason: CallEnd["reason"], talkMs: number): CallEnd {
  return { reason, refused: false, talkMs };
}

/** After the end it can only be told better, or cost something. */
function toldAfterwards(call: CallModel, message: ServerMessage): Step {
  switch (message.type) {
    case "call.authorizing":
    case "call.ringing": {
      const named: CallModel = { ...call, id: message.call_id };
      return leaveAgain(named);
    }
    case "call.accepted":
    case "call.active":
      return leaveAgain(call);
    case "call.ended":
      return end({ ...call, endTold: true }, ended(betterReason(call) ?? message.reason, message.talk_ms));
    case "call.charged":
      return charged(to(call), message);
    default:
      return to(call);
  }
}

/** The server hears that this side gave up, not that its media was why. */
function betterReason({ end, left }: CallModel): CallEnd["reason"] | null {
  return left && end && (end.reason === "no_relay" || end.reason === "lost") ? end.reason : null;
}

function refusal(message: Told<"call.refused">): CallEnd {
  const { reason, shortfall_minor, price_minor, currency, retry_after_ms, spend_limit, left_minor } = message;
  return {
    ...ended(reason, 0),
    refused: true,
    ...(shortfall_minor !== null && { shortfallMinor: shortfall_minor }),
    ...(price_minor !== null && { priceMinor: price_minor }),
    ...(currency !== null && { currency }),
    ...(retry_after_ms !== null && { retryAfterMs: retry_after_ms }),
    ...(spend_limit !== null && { spendLimit: spend_limit }),
    ...(left_minor !== null && { leftMinor: left_minor }),
  };
}

function rings(call: CallModel, message: Told<"call.ringing">): Step {
  const { call_id: id, callee: other } = message;
  const stage = call.stage === "authorizing" ? "ringing" : call.stage;
  return to({ ...call, id, other, terms: termsOf(message), stage, answerAtMs: null }, { type: "prepare" });
}

function accepted(call: CallModel, message: Told<"call.accepted">, nowMs: number): Step {
  return call.stage === "active" ? to(call) : connect(call, nowMs, message.connect_ms);
}

function active(call: CallModel, message: Told<"call.active">, nowMs: number): Step {
  const terms = termsOf(message);
  const running: CallModel = { ...call, stage: "active", lostAtMs: null, connectAtMs: null, terms };
  return to(toldTalk(running, 0, message.paid_ms, nowMs));
}

function leased(call: CallModel, message: Told<"call.lease">, nowMs: number): Step {
  return to(toldTalk(call, message.talk_ms, message.paid_ms, nowMs));
}

function lowFunds(call: CallModel, message: Told<"call.low_funds">, nowMs: number): Step {
  const { ends_in_ms, reason, spend_limit: spendLimit, shortfall_minor: shortfallMinor, currency } = message;
  if (!call.talk) return to(call);
  // It ends with the paid time: what is left of it says how much has passed.
  const told = toldTalk(call, Math.max(0, call.paidMs - ends_in_ms), call.paidMs, nowMs);
  return to({ ...told, lowFunds: { endsAtTalkMs: call.paidMs, reason, spendLimit, shortfallMinor, currency } });
}

function charged({ call, effects }: Step, message: Told<"call.charged">): Step {
  const { talk_ms: talkMs, minutes, charge_minor: chargeMinor } = message;
  const end = call.end && { ...call.end, talkMs };
  return to({ ...call, end, left: false, charge: { talkMs, minutes, chargeMinor } }, ...effects);
}

function rejected(call: CallModel, { code, ref, call_id }: Told<"error">, nowMs: number): Step {
  if (call.stage === "authorizing" && ref !== null && ref === call.invite?.ref) {
    // The connection looks for another server, and the invite waits for it.
    if (code === "draining") return to({ ...call, invited: false });
    return end(call, { ...ended(reasonOf(code), 0), refused: true });
  }
  if (code === "not_in_call" && call_id !== null && call_id === call.id)
    return end(call, ended("lost", talkMsOf(call, nowMs)));
  return to(call);
}

/** An invite that is malformed names nobody; one at the wrong moment crossed another call of the two. */
function reasonOf(code: ErrorCode): RefusalReason {
  if (code === "malformed") return "unknown_callee";
  return code === "too_fast" ? "too_many_calls" : "already_in_call";
}
