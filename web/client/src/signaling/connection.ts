/** The socket to signaling, kept open for as long as somebody is logged in. */

import type { Timers } from "../clock.js";
import { Emitter } from "../emitter.js";
import { NotConnectedError, NotLoggedInError, SignalingError } from "../errors.js";
import type { Token } from "../session/tokens.js";
import { type Answer, Answers } from "./answers.js";
import { Backoff } from "./backoff.js";
import { afterClose } from "./close-codes.js";
import { Link, type WebSocketClass } from "./link.js";
import type { FromClient, Said, ServerMessage, Welcome } from "./messages.js";
import type { Wake } from "./wake.js";

/** `waiting`: lost, until `retryAtMs`; `refused`: nobody is logged in any more, and nothing is tried. */
export type ConnectionState = "idle" | "connecting" | "open" | "waiting" | "refused";

export interface ConnectionEvents {
  state: ConnectionState;
  /** The device is connected; where the state of a call on it is told, the same device as before. */
  welcome: Welcome;
  /** Whatever else the server says, `error` included. */
  message: ServerMessage;
  /** A message of this device did nothing. What is about a call, the call tells too. */
  error: SignalingError;
}

export interface ConnectionParts {
  /** Where the sockets are. Rejects where that cannot be told now. */
  url(): Promise<string>;
  /** See `Session.token`. */
  token(refused?: string): Promise<Token>;
  WebSocket: WebSocketClass;
  timers: Timers;
  wake: Wake;
  /** Whether a call waits for the connection, which the server gives up before long. */
  isUrgent?(): boolean;
  random?: () => number;
  deviceName?: string | undefined;
}

/** A connection that held for so long had nothing wrong with it. */
export const HELD_MS_MIN = 10_000;

/** The longest wait for another try where it is urgent. */
const URGENT_MS_MAX = 2_000;

const GOING_AWAY = 1001;

/** One device. What it is resumed by is kept in memory only: a copied tab would take its call away. */
export class Connection extends Emitter<ConnectionEvents> {
  readonly #parts: ConnectionParts;
  readonly #backoff: Backoff;
  readonly #answers: Answers;
  #state: ConnectionState = "idle";
  #link: Link | null = null;
  #welcomedAtMs: number | null = null;
  #resumeToken: string | null = null;
  #refusedToken: string | undefined;
  #refs = 0;
  /** Grows whenever an attempt that is under way is of no interest any more. */
  #attempt = 0;
  #stopWaking: () => void = () => {};

  constructor(parts: ConnectionParts) {
    super();
    this.#parts = parts;
    this.#backoff = new Backoff(parts.timers, parts.random);
    this.#answers = new Answers(parts.timers);
  }

  get state(): ConnectionState {
    return this.#state;
  }

  /** When the next attempt is made, by the `now()` of the timers (`performance.now()`); null unless `waiting`. */
  get retryAtMs(): number | null {
    return this.#backoff.atMs;
  }

  /** Connect, and stay connected. */
  start(): void {
    if (this.#state !== "idle" && this.#state !== "refused") return;
    this.#stopWaking = this.#parts.wake(() => this.#woken());
    this.#backoff.reset();
    void this.#connect();
  }

  /** Close the socket for good: the device does not come back. */
  stop(): void {
    this.#resumeToken = null;
    this.#refusedToken = undefined;
    this.#end("idle");
  }

  /** Try now, where the next attempt is waited for. */
  retryNow(): void {
    if (this.#state === "waiting") void this.#connect();
  }

  /**
   * Send a message. Throws `NotConnectedError`.
   *
   * What it leads to comes as `message`; an `error` also as the event of that name, with the message's `ref`.
   */
  send(message: FromClient): void {
    if (this.#state !== "open" || !this.#link) throw new NotConnectedError();
    this.#link.send(message);
  }

  /**
   * Invite somebody, and wait for the message that carries the ref back; it comes as `message` too.
   *
   * Where both call each other there may be none, but a `call.incoming`: then the promise is rejected after a while.
   * Rejects with `SignalingError`, `ConnectionLostError`, `NotConnectedError`.
   */
  async request(message: Omit<Said<"call.invite">, "ref">): Promise<Answer> {
    this.#refs += 1;
    const ref = `request-${this.#refs}`;
    this.send({ ...message, ref });
    return this.#answers.to(ref);
  }

  async #connect(): Promise<void> {
    this.#backoff.cancel();
    this.#attempt += 1;
    const attempt = this.#attempt;
    this.#become("connecting");
    try {
      const [url, token] = await Promise.all([this.#parts.url(), this.#parts.token(this.#refusedToken)]);
      if (attempt === this.#attempt) this.#open(url, token);
    } catch (error) {
      if (attempt !== this.#attempt) return;
      if (error instanceof NotLoggedInError) this.#end("refused");
      else this.#wait();
    }
  }

  #open(url: string, token: Token): void {
    const { WebSocket, timers, deviceName = null } = this.#parts;
    const resumeToken = this.#resumeToken;
    const renewedToken = () => this.#parts.token();
    this.#link = new Link(
      { url, token, renewedToken, resumeToken, deviceName, WebSocket, timers },
      {
        welcome: (welcome) => this.#welcome(welcome),
        message: (message) => this.#hear(message),
        closed: (code) => this.#lost(code),
      },
    );
  }

  #welcome(welcome: Welcome): void {
    this.#resumeToken = welcome.resume_token;
    this.#welcomedAtMs = this.#parts.timers.now();
    this.#become("open");
    // Whoever heard of the state may have stopped it all.
    if (this.#state === "open") this.emit("welcome", welcome);
  }

  #hear(message: ServerMessage): void {
    const link = this.#link;
    this.#answers.hear(message);
    this.emit("message", message);
    if (message.type === "error") this.emit("error", new SignalingError(message));
    // The next attempt finds a server that takes calls.
    if (message.type !== "error" || message.code !== "draining" || link !== this.#link) return;
    link?.close();
    this.#lost(GOING_AWAY);
  }

  #lost(code: number): void {
    const { resume, freshToken } = afterClose(code);
    if (!resume) this.#resumeToken = null;
    if (freshToken) this.#refusedToken = this.#link?.accessToken;
    const heldMs = this.#parts.timers.now() - (this.#welcomedAtMs ?? Number.POSITIVE_INFINITY);
    if (heldMs >= HELD_MS_MIN) this.#backoff.reset();
    this.#forgetLink();
    this.#wait();
  }

  #wait(): void {
    this.#backoff.wait(() => void this.#connect(), this.#parts.isUrgent?.() ? URGENT_MS_MAX : undefined);
    this.#become("waiting");
  }

  #woken(): void {
    if (this.#state === "open") this.#link?.doubt();
    else this.retryNow();
  }

  #end(state: "idle" | "refused"): void {
    this.#attempt += 1;
    this.#backoff.cancel();
    this.#stopWaking();
    this.#link?.close();
    this.#forgetLink();
    this.#become(state);
  }

  #forgetLink(): void {
    this.#link = null;
    this.#welcomedAtMs = null;
    this.#answers.lose();
  }

  #become(state: ConnectionState): void {
    if (state === this.#state) return;
    this.#state = state;
    this.emit("state", state);
  }
}
