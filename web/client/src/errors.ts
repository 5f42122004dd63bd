/**
 * Everything that this library throws or rejects with.
 *
 *     TalktimeError
 *     ├── ProblemError          the API refused the request, and says why (RFC 9457)
 *     ├── NetworkError          no answer, or one that is not the API's: try again later
 *     ├── NotLoggedInError      nobody is logged in, or not any more
 *     ├── SignalingError        a message on the socket did nothing, and why
 *     ├── NotConnectedError     there is no open socket to send on
 *     ├── ConnectionLostError   the socket was lost before the answer came
 *     └── MediaError            camera, microphone or screen cannot be had (media/errors.ts)
 */

import type { Problem, ProblemType } from "./rest/types.js";
import type { ErrorCode, ErrorMessage } from "./signaling/messages.js";

/** The root of the tree: `catch (error) { if (error instanceof TalktimeError) … }`. */
export class TalktimeError extends Error {
  override name = "TalktimeError";
}

/** The API answered with a problem. `message` is for people and English; tell them apart by `type`. */
export class ProblemError extends TalktimeError {
  override name = "ProblemError";
  /** The last part of the problem's URN; `unknown` where the answer is no problem of the API (a proxy's, say). */
  readonly type: ProblemType | "unknown";
  /** The HTTP status. */
  readonly status: number;
  /** What the API says of this very case, where it says more than the type does. */
  readonly detail: string | null;
  /** What is wrong with which field; the whole body's error is under the empty name. */
  readonly fields: Readonly<Record<string, string>>;
  /** When to ask again, where the API says so. */
  readonly retryAfterSeconds: number | null;
  /** All that the API said. */
  readonly problem: Problem | null;

  constructor(facts: {
    type: ProblemType | "unknown";
    status: number;
    problem?: Problem;
    retryAfterSeconds?: number;
  }) {
    super(facts.problem?.detail ?? facts.problem?.title ?? `The server answered ${facts.status}.`);
    this.type = facts.type;
    this.status = facts.status;
    this.problem = facts.problem ?? null;
    this.detail = facts.problem?.detail ?? null;
    this.fields = Object.fromEntries((facts.problem?.errors ?? []).map(({ field, message }) => [field, message]));
    this.retryAfterSeconds = facts.retryAfterSeconds ?? null;
  }
}

/** The request got no answer of the API; `cause` says what the platform said. */
export class NetworkError extends TalktimeError {
  override name = "NetworkError";
  constructor(message = "The server cannot be reached.", options?: ErrorOptions) {
    super(message, options);
  }
}

/** Log in first. */
export class NotLoggedInError extends TalktimeError {
  override name = "NotLoggedInError";
  constructor(message = "Nobody is logged in.") {
    super(message);
  }
}

/** The server answered a message with `error`; the socket stays open. */
export class SignalingError extends TalktimeError {
  override name = "SignalingError";
  readonly code: ErrorCode;
  readonly callId: string | null;
  /** The `ref` of the message that did nothing. */
  readonly ref: string | null;

  constructor(answer: ErrorMessage) {
    super(answer.message);
    this.code = answer.code;
    this.callId = answer.call_id;
    this.ref = answer.ref;
  }
}

/** Wait for the connection's state `open`. */
export class NotConnectedError extends TalktimeError {
  override name = "NotConnectedError";
  constructor(message = "There is no open connection.") {
    super(message);
  }
}

/** Whether the message arrived is not known. */
export class ConnectionLostError extends TalktimeError {
  override name = "ConnectionLostError";
  constructor(message = "The connection was lost before the answer came.") {
    super(message);
  }
}
