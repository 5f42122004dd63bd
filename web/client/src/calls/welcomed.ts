/** There is a socket again: either nothing was lost, or the server says which call it has. */

import type { CallSnapshot } from "../signaling/messages.js";
import { type CallModel, talkMsOf } from "./model.js";
import { connect, end, leave, leaveAgain, type Step, say, to } from "./steps.js";
import { termsOf } from "./terms.js";
import { talking } from "./told.js";

/** How long an invite is waited for that may have been lost, or is still being authorized. */
const ANSWER_MS = 5_000;
/** For so long what comes may be what was missed. */
const CATCH_UP_MS = 2_000;

/** The call is what it was; an invite that waited for the socket is due. */
export function resumed(call: CallModel, nowMs: number): Step {
  const lostAtMs = call.peerLost ? call.lostAtMs : null;
  const back: CallModel = { ...call, online: true, lostAtMs, returnAtMs: null, caughtUpAtMs: nowMs + CATCH_UP_MS };
  return call.stage === "authorizing" ? invite(back, nowMs) : to(back);
}

/** Whatever was said before is lost. */
export function welcomed(call: CallModel, snapshot: CallSnapshot | null, nowMs: number): Step {
  const back: CallModel = { ...call, online: true, lostAtMs: null, returnAtMs: null };
  if (snapshot && isOf(call, snapshot)) return goOn(adopted(back, snapshot), snapshot, nowMs);
  if (call.end) return to(back);
  if (call.stage !== "authorizing")
    return end(back, { reason: "lost", refused: false, talkMs: talkMsOf(call, nowMs) });
  return invite(back, nowMs);
}

function invite(call: CallModel, nowMs: number): Step {
  if (call.invite && !call.invited) return to({ ...call, invited: true }, { type: "say", message: call.invite });
  return to({ ...call, answerAtMs: nowMs + ANSWER_MS });
}

/** Also where the news was lost which call has come of the invite: one of its own, or the other one's (glare). */
function isOf(call: CallModel, snapshot: CallSnapshot): boolean {
  if (snapshot.call_id === call.id) return true;
  if (!call.invited || call.other) return false;
  return snapshot.role === "caller" ? call.id === null : snapshot.state !== "ringing";
}

function adopted(call: CallModel, snapshot: CallSnapshot): CallModel {
  const { call_id: id, role, other } = snapshot;
  return { ...call, id, role, other, terms: termsOf(snapshot) };
}

function goOn(call: CallModel, snapshot: CallSnapshot, nowMs: number): Step {
  if (call.end) return leaveAgain(call);
  if (snapshot.state === "ringing") return ringOn(call);
  if (snapshot.state === "authorizing") return to(call);
  if (!call.wanted) return leave(call, "declined", "call.hang_up", nowMs);
  return snapshot.state === "connecting" ? connectOn(call, nowMs) : talkOn(call, snapshot, nowMs);
}

function ringOn(call: CallModel): Step {
  if (call.role === "caller") return to({ ...call, stage: "ringing", answerAtMs: null }, { type: "prepare" });
  return to(call, ...(call.wanted ? say(call, "call.accept") : []));
}

/** What either side said of its media may not have arrived. */
function connectOn(call: CallModel, nowMs: number): Step {
  if (!call.negotiating) return connect(call, nowMs);
  return to(call, ...(call.flowing ? say(call, "call.connected") : []), { type: "recover" });
}

/** `reconnecting` is what the server says where the other side is lost: this one is back. */
function talkOn(call: CallModel, snapshot: CallSnapshot, nowMs: number): Step {
  const peerLost = snapshot.state === "reconnecting";
  const lostAtMs = peerLost ? nowMs : null;
  const running: CallModel = { ...call, stage: "active", peerLost, lostAtMs, connectAtMs: null, answerAtMs: null };
  const talks = talking(running, snapshot.talk_ms, snapshot.paid_ms, nowMs);
  if (call.negotiating) return to(talks, { type: "recover" });
  return to({ ...talks, negotiating: true }, { type: "negotiate" });
}
