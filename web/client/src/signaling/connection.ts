/** The socket to signaling, kept open for as long as somebody is logged in. */

import type { Timers } from "../clock.js";
import { Emitter } from "../emitter.js";
import { NotConnectedError, NotLoggedInError, SignalingError } from "../errors.js";
import type { Token } from "../session/tokens.js";
import { type Answer, Answers } from "./answers.js";
import { Backoff } from "./backoff.js";
import { afterClose } from "./close-codes.js";
import { Device } from "./device.js";
import { Link, type WebSocketClass } from "./link.js";
import type { FromClient, Said, ServerMessage, Welcome } from "./messages.js";
import type { Wake } from "./wake.js";

/** `waiting`: lost, until `retryAtMs`; `refused`: nobody is logged in any more, and nothing is tried. */
export type ConnectionState = "idle" | "connecting" | "open" | "waiting" | "refused";

export interface ConnectionEvents {
  state: ConnectionState;
  /** The device is connected: with what it missed to come where it has `resumed`, else with the state of its call. */
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

/** For so long nobody is told that the socket in use has closed while another one is about to take its place. */
export const QUIET_MS = 1_000;

const GOING_AWAY = 1001;

/** One device, on one socket after another. */
export class Connection extends Emitter<ConnectionEvents> {
  readonly #parts: ConnectionParts;
  readonly #backoff: Backoff;
  readonly #answers: Answers;
  #state: ConnectionState = "idle";
  #device = new Device();
  /** The socket in use; and the one that is being opened to take its place, whether there is one in use or not. */
  #link: Link | null = null;
  #coming: Link | null = null;
  #welcomedAtMs: number | null = null;
  #refusedToken: string | undefined;
  #refs = 0;
  /** Grows whenever an attempt that is under way is of no interest any more. */
  #attempt = 0;
  #stopWaking: () => void = () => {};
  /** What is waited for with the socket in use: the moment to move, or to say that it is gone. */
  #stopWaiting: () => void = () => {};

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
    return this.#state === "waiting" ? this.#backoff.atMs : null;
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
    this.#device = new Device();
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
   * What it leads to comes as `message`; an `error` also as the event of that name, with the message's `ref`. Should
   * the socket break meanwhile, it is sent again, and carried out once.
   */
  send(message: FromClient): void {
    if (this.#state !== "open") throw new NotConnectedError();
    this.post(message);
  }

  /** Send a message now or, where the socket is lost, once the device has resumed; where it cannot, never. */
  post(message: FromClient): void {
    if (!this.#device.isKnown) return;
    this.#device.keep(message);
    this.#sendKept();
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

  /** From its hello on the next socket may have the device: what is said meanwhile waits for its welcome. */
  #sendKept(): void {
    if (!this.#link || this.#coming?.hasGreeted) return;
    for (const message of this.#device.unsent()) this.#link.send(message);
  }

  async #connect(): Promise<void> {
    this.#backoff.cancel();
    this.#attempt += 1;
    const attempt = this.#attempt;
    if (!this.#link) this.#become("connecting");
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
    const renewedToken = () => this.#parts.token();
    const link: Link = new Link(
      { url, token, renewedToken, device: this.#device, deviceName, WebSocket, timers },
      {
        welcome: (welcome) => this.#welcome(link, welcome),
        message: (message) => this.#hear(link, message),
        closed: (code) => this.#closed(link, code),
      },
    );
    this.#backoff.cancel();
    this.#coming = link;
    if (!this.#link) this.#become("connecting");
  }

  #welcome(link: Link, welcome: Welcome): void {
    this.#stopWaiting();
    this.#link?.close();
    this.#link = link;
    this.#coming = null;
    this.#device.welcomed(welcome);
    if (!welcome.resumed) this.#answers.lose();
    this.#welcomedAtMs = this.#parts.timers.now();
    this.#sendKept();
    this.#become("open");
    // Whoever heard of the state may have stopped it all.
    if (this.#state === "open") this.emit("welcome", welcome);
  }

  #hear(link: Link, message: ServerMessage): void {
    this.#device.learn(message);
    this.#answers.hear(message);
    this.emit("message", message);
    if (message.type === "error") this.emit("error", new SignalingError(message));
    if (link !== this.#link) return;
    if (message.type === "server.moving") this.#moveAfter(message.delay_ms);
    // The next attempt finds a server that takes calls.
    if (message.type !== "error" || message.code !== "draining") return;
    link.close();
    this.#closed(link, GOING_AWAY);
  }

  /** The server is about to stop: have another socket before this one is gone. */
  #moveAfter(ms: number): void {
    this.#stopWaiting();
    this.#stopWaiting = this.#parts.timers.after(ms, () => {
      if (this.#coming) return;
      this.#backoff.reset();
      void this.#connect();
    });
  }

  #closed(link: Link, code: number): void {
    const wasInUse = link === this.#link;
    if (wasInUse) this.#link = null;
    else this.#coming = null;
    const { resume, freshToken } = afterClose(code);
    if (freshToken) this.#refusedToken = link.accessToken;
    if (this.#coming) this.#soon();
    else this.#lost(wasInUse, resume);
  }

  /** The next socket has been opened, and the last one closes a little too early. */
  #soon(): void {
    this.#stopWaiting();
    this.#stopWaiting = this.#parts.timers.after(QUIET_MS, () => this.#become("connecting"));
  }

  /** Where it was only the next one, that in use goes on. */
  #lost(wasInUse: boolean, resume: boolean): void {
    if (!resume && !this.#link) this.#device = new Device();
    const heldMs = this.#parts.timers.now() - (this.#welcomedAtMs ?? Number.POSITIVE_INFINITY);
    if (wasInUse && heldMs >= HELD_MS_MIN) this.#backoff.reset();
    if (!this.#link) this.#welcomedAtMs = null;
    this.#sendKept();
    this.#wait();
  }

  #wait(): void {
    this.#backoff.wait(() => void this.#connect(), this.#parts.isUrgent?.() ? URGENT_MS_MAX : undefined);
    if (this.#link) return;
    this.#stopWaiting();
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
    this.#stopWaiting();
    this.#link?.close();
    this.#coming?.close();
    this.#link = this.#coming = null;
    this.#welcomedAtMs = null;
    this.#answers.lose();
    this.#become(state);
  }

  #become(state: ConnectionState): void {
    if (state === this.#state) return;
    this.#state = state;
    this.emit("state", state);
  }
}
