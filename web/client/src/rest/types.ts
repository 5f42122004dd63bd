/** What the API takes and gives, under short names; fields are named as on the wire. */

import type { components } from "../generated/rest.js";

type Schemas = components["schemas"];

/** An account as its owner sees it. */
export type Account = Schemas["OwnAccount"];
export type CallView = Schemas["CallView"];
export type Deletion = Schemas["Deletion"];
/** What one has to get for calls that one took. */
export type Earnings = Schemas["Earnings"];
/** Why a call ended; each call has exactly one. */
export type EndReason = Schemas["EndReason"];
/** Servers for ICE, for one party of one call, until they expire. */
export type IceServers = Schemas["IceServers"];
export type Installation = Schemas["Installation"];
export type LimitChanges = Schemas["LimitChanges"];
export type NewAccount = Schemas["NewAccount"];
export type NewSession = Schemas["NewSession"];
export type OwnLimits = Schemas["OwnLimits"];
export type PasswordChange = Schemas["PasswordChange"];
export type Payment = Schemas["PaymentView"];
export type Person = Schemas["Person"];
/** Somebody as this account may see them now. */
export type PersonPresence = Schemas["PersonPresence"];
export type Problem = Schemas["Problem"];
export type ProfileChanges = Schemas["ProfileChanges"];
/** What a call would cost, and how long it could be. */
export type Quote = Schemas["Quote"];
export type SessionOpened = Schemas["SessionOpened"];
export type SessionView = Schemas["SessionView"];
export type StatementEntry = Schemas["StatementEntry"];
export type TokenPair = Schemas["TokenPair"];

/** The last part of a problem's `type`, such as `already-taken`. */
export type ProblemType = SlugOf<Problem["type"]>;
type SlugOf<Urn> = Urn extends `urn:talktime:problem:${infer Slug}` ? Slug : never;

/** Some items of a list, and the cursor of the next page; null on the last one. */
export interface Page<Item> {
  items: Item[];
  next_cursor: string | null;
}
