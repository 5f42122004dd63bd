/**
 * A call as pure code: no socket, no media, no clock of its own.
 *
 * `step` takes what happened and the time, and returns the call as it is then and what is to be done.
 * Every input is harmless in every state, late or repeated. What the person wants is done here at once, and told to
 * the server when it can be; what the server says of the end counts over what was thought here.
 */

import type { CallSnapshot, Party, ServerMessage } from "../signaling/messages.js";
import type { CallModel } from "./model.js";
import { end, leave, type Step, say, to } from "./steps.js";
import { told } from "./told.js";
import { resumed, welcomed } from "./welcomed.js";

type MediaFailure = "connect_failed" | "no_relay" | "lost";

export type Input =
  /** The server says something about this call. */
  | { type: "told"; message: ServerMessage }
  /** There is a socket, and this is the call that the server has for this device. */
  | { type: "welcomed"; snapshot: CallSnapshot | null }
  /** There is a socket, and nothing was lost: what was missed comes, and what was said meanwhile goes. */
  | { type: "resumed" }
  /** Both called each other, and the other's invite came first: it is that call now, accepted by this invite. */
  | { type: "merged"; id: string; caller: Party }
  /** The socket is lost; there is nothing to come back to after so long. */
  | { type: "offline"; waitMs: number }
  /** The socket will not come back. */
  | { type: "cut_off" }
  | { type: "accept" }
  /** The person does not want the call, or not any more. */
  | { type: "hang_up" }
  /** This device is left: what rings here may ring on elsewhere. */
  | { type: "leave" }
  /** The media of the other side comes in. */
  | { type: "flowing" }
  /** The media cannot be connected, or not any more. */
  | { type: "failed"; reason: MediaFailure }
  /** Look at the deadlines. */
  | { type: "time" };

export function step(call: CallModel, given: Input, nowMs: number): Step {
  switch (given.type) {
    case "told":
      return told(call, given.message, nowMs);
    case "welcomed":
      return welcomed(call, given.snapshot, nowMs);
    case "resumed":
      return resumed(call, nowMs);
    case "merged":
      return merged(call, given.id, given.caller);
    case "offline":
      return to({
        ...call,
        online: false,
        lostAtMs: call.lostAtMs ?? nowMs,
        returnAtMs: isPlaced(call) ? nowMs + given.waitMs : null,
      });
    case "cut_off":
      return lose(call, nowMs);
    case "accept":
      return accept(call);
    case "hang_up":
      return hangUp(call, nowMs);
    case "leave":
      return call.wanted ? hangUp(call, nowMs) : lose(call, nowMs);
    case "flowing":
      return flowing(call);
    case "failed":
      return failed(call, given.reason, nowMs);
    case "time":
      return timeIsUp(call, nowMs);
  }
}

function isPlaced(call: CallModel): boolean {
  return call.stage !== "authorizing" && call.stage !== "ended";
}

function merged(call: CallModel, id: string, other: Party): Step {
  if (call.stage !== "authorizing") return to(call);
  return to({ ...call, id, other, role: "callee", stage: "ringing", answerAtMs: null }, { type: "prepare" });
}

/** What only rings here is lost to this device, not to the others. */
function lose(call: CallModel, nowMs: number): Step {
  if (!call.wanted) return end(call, { reason: "lost", refused: false, talkMs: 0 });
  return leave(call, isPlaced(call) ? "lost" : "not_connected", "call.hang_up", nowMs);
}

function accept(call: CallModel): Step {
  if (call.role !== "callee" || call.stage !== "ringing") return to(call);
  return to({ ...call, wanted: true, stage: "connecting", answerAtMs: null }, ...say(call, "call.accept"), {
    type: "prepare",
  });
}

function hangUp(call: CallModel, nowMs: number): Step {
  if (call.stage !== "authorizing" && call.stage !== "ringing")
    return leave(call, "hung_up", "call.hang_up", nowMs);
  if (call.role === "caller") return leave(call, "cancelled", "call.cancel", nowMs);
  return leave(call, "declined", "call.decline", nowMs);
}

function flowing(call: CallModel): Step {
  if (!call.negotiating || call.end || call.flowing) return to(call);
  return to({ ...call, flowing: true, connectAtMs: null }, ...say(call, "call.connected"));
}

function failed(call: CallModel, reason: MediaFailure, nowMs: number): Step {
  return leave(call, reason, call.stage === "connecting" ? "call.connect_failed" : "call.hang_up", nowMs);
}

function timeIsUp(call: CallModel, nowMs: number): Step {
  const isOver = (atMs: number | null) => atMs !== null && atMs <= nowMs;
  if (isOver(call.returnAtMs)) return lose(call, nowMs);
  if (isOver(call.answerAtMs)) return unanswered(call, nowMs);
  return isOver(call.connectAtMs) ? failed(call, "connect_failed", nowMs) : to(call);
}

/** What rings for longer than a call rings is over, only the news of it was lost. */
function unanswered(call: CallModel, nowMs: number): Step {
  return call.wanted ? lose(call, nowMs) : end(call, { reason: "missed", refused: false, talkMs: 0 });
}
