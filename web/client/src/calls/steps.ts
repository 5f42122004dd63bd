/** What a call can do, whatever made it. */

import type { FromClient, Told } from "../signaling/messages.js";
import { type CallModel, talkMsOf } from "./model.js";
import type { CallEnd } from "./states.js";

export type PeerMessage = Told<"call.offer" | "call.answer" | "call.candidate">;

export type Effect =
  /** Where the socket is lost it is said once the device has resumed, or the state of the call makes up for it. */
  | { type: "say"; message: FromClient }
  /** Ask for ICE servers: the media will be connected soon. */
  | { type: "prepare" }
  /** Connect the media; the caller makes the first offer. Comes once. */
  | { type: "negotiate" }
  /** Descriptions and candidates may have been lost in between. */
  | { type: "recover" }
  /** Give this to the media's connection. */
  | { type: "media"; message: PeerMessage }
  /** Let go of the media. Comes once, and last. */
  | { type: "release" };

/** The call as it is now, and what is to be done, in order. */
export interface Step {
  call: CallModel;
  effects: Effect[];
}

type About =
  | "call.accept"
  | "call.decline"
  | "call.cancel"
  | "call.hang_up"
  | "call.connected"
  | "call.connect_failed";

/** How long the media may take where the server has not said so. */
const CONNECT_MS = 20_000;

export function to(call: CallModel, ...effects: Effect[]): Step {
  return { call, effects };
}

/** Say something about the call; nothing where it has no id yet. */
export function say(call: CallModel, type: About): Effect[] {
  return call.id ? [{ type: "say", message: { type, call_id: call.id, ref: null } }] : [];
}

/** The two sides have each other: connect the media, once. */
export function connect(call: CallModel, nowMs: number, connectMs = CONNECT_MS): Step {
  const connecting: CallModel = { ...call, stage: "connecting", answerAtMs: null };
  if (call.negotiating) return to(connecting);
  return to({ ...connecting, negotiating: true, connectAtMs: nowMs + connectMs }, { type: "negotiate" });
}

/** Leave the call, for a reason of this device, and tell the server; whenever it still has the call, again. */
export function leave(call: CallModel, reason: CallEnd["reason"], farewell: About, nowMs: number): Step {
  if (call.end) return to(call);
  const { call: ended, effects } = end(call, { reason, refused: false, talkMs: talkMsOf(call, nowMs) });
  return to({ ...ended, left: true }, ...say(call, farewell), ...effects);
}

/** The server still has a call that this device has left; harmless in every state of it. */
export function leaveAgain(call: CallModel): Step {
  if (!call.left) return to(call);
  return to(call, ...say(call, call.role === "caller" ? "call.cancel" : "call.hang_up"));
}

/** The call is over; where it was before, for the reason and the talk time given now. */
export function end(call: CallModel, how: CallEnd): Step {
  const ended: CallModel = {
    ...call,
    stage: "ended",
    end: how,
    left: false,
    lowFunds: null,
    peerLost: false,
    answerAtMs: null,
    connectAtMs: null,
    returnAtMs: null,
  };
  return call.end ? to(ended) : to(ended, { type: "release" });
}
