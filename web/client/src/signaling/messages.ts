/** The messages of the socket, as docs/protocol.md has them; their fields are named as on the wire. */

import type { components as FromClientComponents } from "../generated/from-client.js";
import type { components as ToClientComponents } from "../generated/to-client.js";

type Sent = FromClientComponents["schemas"];
type Received = ToClientComponents["schemas"];

/** Whatever a device may send. */
export type FromClient = Sent["FromClient"];
/** Whatever the server may send. */
export type ToClient = Received["ToClient"];

/** The message of the server with this type: `Told<"call.ringing">`. */
export type Told<Type extends ToClient["type"]> = Extract<ToClient, { type: Type }>;
/** The message of a device with this type: `Said<"call.accept">`. */
export type Said<Type extends FromClient["type"]> = Extract<FromClient, { type: Type }>;

export type Welcome = Told<"welcome">;
export type ErrorMessage = Told<"error">;
/** What the connection hands on; the others it deals with by itself. */
export type ServerMessage = Exclude<ToClient, Told<"welcome" | "authenticated" | "ping">>;

export type CallSnapshot = Received["CallSnapshot"];
export type CloseCode = Received["CloseCode"];
export type EndReason = Received["EndReason"];
export type ErrorCode = Received["ErrorCode"];
export type IceCandidate = Sent["IceCandidate"];
export type Party = Received["Party"];
/** Somebody whom this account watches, as far as it may know. */
export type PersonPresence = Received["PersonPresence"];
/** Whether somebody can be called now. */
export type PresenceState = Received["PresenceState"];
export type RefusalReason = Received["RefusalReason"];
/** What the owner of an account has limited: what one call may cost, or all calls of one day. */
export type SpendLimit = NonNullable<Received["CallLowFunds"]["spend_limit"]>;
export type Role = Received["Role"];
/** The stages of a call's life, as the server has them. */
export type ServerCallState = Received["State"];
export type WalletState = Received["WalletState"];

const KNOWN: Readonly<Record<ToClient["type"], true>> = {
  welcome: true,
  authenticated: true,
  ping: true,
  error: true,
  "call.authorizing": true,
  "call.refused": true,
  "call.ringing": true,
  "call.incoming": true,
  "call.accepted": true,
  "call.answered_elsewhere": true,
  "call.offer": true,
  "call.answer": true,
  "call.candidate": true,
  "call.active": true,
  "call.lease": true,
  "call.low_funds": true,
  "call.peer_lost": true,
  "call.peer_resumed": true,
  "call.ended": true,
  "call.snapshot": true,
  "call.ticket": true,
  "call.charged": true,
  "wallet.changed": true,
  "account.blocked": true,
  "account.unblocked": true,
  "server.moving": true,
  presence: true,
};

export interface Heard {
  /** Counts what the server says to this device; null for what is not counted. */
  seq: number | null;
  /** Null for what this version does not know, which a newer server may send. */
  message: ToClient | null;
}

export function readFrame(frame: unknown): Heard {
  const said = parsed(frame);
  if (typeof said !== "object" || said === null) return { seq: null, message: null };
  const seq = "seq" in said && typeof said.seq === "number" ? said.seq : null;
  return { seq, message: isMessage(said) ? said : null };
}

function parsed(frame: unknown): unknown {
  if (typeof frame !== "string") return null;
  try {
    return JSON.parse(frame);
  } catch {
    return null;
  }
}

function isMessage(said: object): said is ToClient {
  return "type" in said && Object.hasOwn(KNOWN, String(said.type));
}
