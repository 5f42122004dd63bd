/** One socket from its opening to its end: says hello, answers pings, and notices when nobody is there any more. */

import type { Timers } from "../clock.js";
import type { Token } from "../session/tokens.js";
import type { Device } from "./device.js";
import { type FromClient, readFrame, type ServerMessage, type ToClient, type Welcome } from "./messages.js";
import { Renewal } from "./renewal.js";

/** A socket that has no welcome after so long is given up. */
export const WELCOME_MS_MAX = 10_000;
/** The server is gone once so many times of a ping have passed without a word. */
export const PINGS_MISSED_MAX = 2.5;
/** The same where there is a reason for doubt, such as a change of the network. */
export const PINGS_MISSED_IN_DOUBT_MAX = 1.25;

const NORMAL = 1000;
const ABNORMAL = 1006;

/** The part of the browser's WebSocket that is used. */
export type WebSocketClass = new (
  url: string,
) => Pick<WebSocket, "send" | "close" | "onopen" | "onmessage" | "onclose">;

export interface LinkParts {
  url: string;
  token: Token;
  /** A newer one, once the first is old. */
  renewedToken(): Promise<Token>;
  /** Who says hello. */
  device: Pick<Device, "hello" | "received" | "takes">;
  deviceName: string | null;
  WebSocket: WebSocketClass;
  timers: Timers;
}

export interface LinkListener {
  welcome(welcome: Welcome): void;
  message(message: ServerMessage): void;
  /** The socket is of no use any more; called once, and nothing after it. */
  closed(code: number): void;
}

export class Link {
  readonly #parts: LinkParts;
  readonly #listener: LinkListener;
  readonly #socket: InstanceType<WebSocketClass>;
  #renewal: Renewal | null = null;
  #hasGreeted = false;
  #heardAtMs: number;
  #pingMs: number | null = null;
  #silenceMsMax = WELCOME_MS_MAX;
  #cancelCheck: () => void = () => {};

  /** Throws where the URL is none of a socket. */
  constructor(parts: LinkParts, listener: LinkListener) {
    this.#parts = parts;
    this.#listener = listener;
    this.#heardAtMs = parts.timers.now();
    this.#socket = new parts.WebSocket(parts.url);
    this.#socket.onopen = () => this.#greet();
    this.#socket.onmessage = ({ data }) => this.#hear(data);
    this.#socket.onclose = ({ code }) => this.#finish(code);
    this.#check();
  }

  /** The access token that counts for the server. */
  get accessToken(): string {
    return this.#renewal?.accessToken ?? this.#parts.token.accessToken;
  }

  /** Whether it has said hello: from then on the server may have the device here. */
  get hasGreeted(): boolean {
    return this.#hasGreeted;
  }

  send(message: FromClient): void {
    this.#socket.send(JSON.stringify(message));
  }

  /** Leave; nobody is called back. */
  close(): void {
    this.#cancelCheck();
    this.#renewal?.close();
    this.#socket.onopen = this.#socket.onmessage = this.#socket.onclose = null;
    this.#socket.close(NORMAL);
  }

  /** The network may be another one: a server that is there is heard soon. */
  doubt(): void {
    if (this.#pingMs === null) return;
    // A page that slept gives what waits for it the time to come in.
    this.#heardAtMs = Math.max(this.#heardAtMs, this.#parts.timers.now() - this.#pingMs);
    this.#silenceMsMax = this.#pingMs * PINGS_MISSED_IN_DOUBT_MAX;
    this.#check();
  }

  #greet(): void {
    const { token, device, deviceName } = this.#parts;
    this.#hasGreeted = true;
    this.send({ type: "hello", token: token.accessToken, ...device.hello, device_name: deviceName });
  }

  #hear(data: unknown): void {
    this.#heardAtMs = this.#parts.timers.now();
    if (this.#pingMs !== null) this.#silenceMsMax = this.#pingMs * PINGS_MISSED_MAX;
    const { seq, message } = readFrame(data);
    const taken = seq === null ? "new" : this.#parts.device.takes(seq);
    // What is missing comes on another socket.
    if (taken === "gap") this.#finish(ABNORMAL);
    else if (taken === "new" && message) this.#take(message);
  }

  #take(message: ToClient): void {
    if (message.type === "ping") this.send({ type: "pong", received: this.#parts.device.received });
    else if (message.type === "welcome") this.#welcomed(message);
    else if (message.type === "authenticated") this.#renewal?.accepted(message);
    else this.#listener.message(message);
  }

  #welcomed(welcome: Welcome): void {
    const { token, renewedToken, timers } = this.#parts;
    this.#renewal = new Renewal(token, { renewedToken, timers, send: (message) => this.send(message) });
    this.#pingMs = welcome.ping_ms;
    this.#silenceMsMax = this.#pingMs * PINGS_MISSED_MAX;
    this.#check();
    this.#listener.welcome(welcome);
  }

  /** One timer at a time: a message but moves what it will find. */
  #check(): void {
    this.#cancelCheck();
    const leftMs = this.#heardAtMs + this.#silenceMsMax - this.#parts.timers.now();
    if (leftMs > 0) this.#cancelCheck = this.#parts.timers.after(leftMs, () => this.#check());
    else this.#finish(ABNORMAL);
  }

  #finish(code: number): void {
    // The close event of a socket that is cut off may take minutes: it is not waited for.
    this.close();
    this.#listener.closed(code);
  }
}
