import type { Call, ConnectionState } from "@talktime/client";
import { t } from "../texts/index.js";

/** What somebody in a call may have to wait for; null where the call simply goes on. */
export type CallStatus = "offline" | "serverAway" | "peerLost" | "connecting" | "mediaLost";

type Facts = Pick<Call, "state" | "peerLost" | "quality">;

/** One's own line comes first: without it nothing is known of the other's. `onLine`: whether this device has a network. */
export function statusOf(call: Facts, connection: ConnectionState, onLine: boolean): CallStatus | null {
  if (call.state === "ended") return null;
  if (connection !== "open") return onLine ? "serverAway" : "offline";
  if (call.peerLost) return "peerLost";
  if (call.state === "connecting") return "connecting";
  return call.quality === "lost" ? "mediaLost" : null;
}

export function statusText(status: CallStatus, name: string): string {
  const texts = t().calling;
  return status === "peerLost" ? texts.peerLost(name) : texts[status];
}
