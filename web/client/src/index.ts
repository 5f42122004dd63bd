/** Paid video calls in a page of your own. */

export type { Call, CallEvents, RemoteMuted } from "./calls/call.js";
export type { Callee, Calls, CallsEvents } from "./calls/calls.js";
export type { CallEnd, CallState, Charge, Cost, LocalEndReason, LowFunds, Quality } from "./calls/states.js";
export type { Terms } from "./calls/terms.js";
export type { Timers } from "./clock.js";
export { Emitter } from "./emitter.js";
export {
  ConnectionLostError,
  NetworkError,
  NotConnectedError,
  NotLoggedInError,
  ProblemError,
  SignalingError,
  TalktimeError,
} from "./errors.js";
export {
  canSetSpeaker,
  type Device,
  listDevices,
  type MediaKind,
  setSpeaker,
  watchDevices,
} from "./media/devices.js";
export { MediaError, type MediaErrorKind } from "./media/errors.js";
export { type MicLevel, micLevel } from "./media/level.js";
export { LocalMedia, type LocalMediaEvents, type Wanted } from "./media/local-media.js";
export type { Block, Wallet, WalletEvents } from "./money/wallet.js";
export { Presence, type PresenceEvents } from "./presence/presence.js";
export type { Api, CallFilter } from "./rest/api.js";
export type { Days, PageOptions } from "./rest/asking.js";
export { Attempt } from "./rest/attempt.js";
export type { Fetch } from "./rest/fetch.js";
export { mayBeDone, newIdempotencyKey } from "./rest/idempotency.js";
export { eachItem } from "./rest/pages.js";
export type {
  Account,
  CallView,
  Deletion,
  Earnings,
  IceServers,
  Installation,
  LimitChanges,
  NewAccount,
  NewSession,
  OwnLimits,
  Page,
  PasswordChange,
  Payment,
  Person,
  Problem,
  ProblemType,
  ProfileChanges,
  Quote,
  SessionView,
  StatementEntry,
} from "./rest/types.js";
export type { SessionEndReason } from "./session/credentials.js";
export type { Exclusively } from "./session/locks.js";
export type { Session, SessionEvents, StoredAccount } from "./session/session.js";
export { MemoryStore, type StoredSession, type TokenStore } from "./session/store.js";
export type { Connection, ConnectionEvents, ConnectionState } from "./signaling/connection.js";
export type { WebSocketClass } from "./signaling/link.js";
export type {
  CallSnapshot,
  EndReason,
  ErrorCode,
  FromClient,
  Party,
  PersonPresence,
  PresenceState,
  RefusalReason,
  Role,
  ServerCallState,
  ServerMessage,
  SpendLimit,
  ToClient,
  WalletState,
  Welcome,
} from "./signaling/messages.js";
export type { Wake } from "./signaling/wake.js";
export { Talktime, type TalktimeOptions } from "./talktime.js";
