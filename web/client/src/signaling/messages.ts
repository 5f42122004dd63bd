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
  "call.charged": true,
  "wallet.changed": true,
  "account.blocked": true,
  "account.unblocked": true,
};

/** The message in a frame; null for what this version does not know, which a newer server may send. */
export function readMessage(frame: unknown): ToClient | null {
  if (typeof frame !== "string") return null;
  try {
    const said: unknown = JSON.parse(frame);
    return isMessage(said) ? said : null;
  } catch {
    return null;
  }
}

function isMessage(said: unknown): said is ToClient {
  return typeof said === "object" && said !== null && "type" in said && Object.hasOwn(KNOWN, String(said.type));
}
