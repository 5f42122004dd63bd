/** Puts the parts together. */

import { Calls } from "./calls/calls.js";
import { systemTimers, type Timers } from "./clock.js";
import { Wallet } from "./money/wallet.js";
import { Api } from "./rest/api.js";
import { authorized, type Fetch, limited } from "./rest/fetch.js";
import { createHttp } from "./rest/http.js";
import { patient } from "./rest/idempotency.js";
import type { Account } from "./rest/types.js";
import { browserStore } from "./session/browser-store.js";
import { type Exclusively, exclusivelyInBrowser } from "./session/locks.js";
import { Session } from "./session/session.js";
import type { TokenStore } from "./session/store.js";
import { Connection } from "./signaling/connection.js";
import type { WebSocketClass } from "./signaling/link.js";
import type { Welcome } from "./signaling/messages.js";
import { browserWake, type Wake } from "./signaling/wake.js";

/** Else every attempt to connect would fail, and be made again for ever. */
const NO_WEBSOCKET = "There is no WebSocket here, as in Node before version 22: give one as the option WebSocket.";

export interface TalktimeOptions {
  /** Where the API is, without `/v1`; `location.origin` for a page that it serves. */
  baseUrl: string;
  /** Where the sockets are; else where the installation says. */
  signalingUrl?: string;
  /** Where sessions are kept; else in this browser. */
  store?: TokenStore;
  /** What the server shall call this device; at most 64 characters. */
  deviceName?: string;
  /** Other platforms and tests bring their own of these. */
  fetch?: Fetch;
  WebSocket?: WebSocketClass;
  timers?: Timers;
  exclusively?: Exclusively;
  wake?: Wake;
}

/** A product's page needs one of these. Throws `TypeError` where there is neither a WebSocket nor one is given. */
export class Talktime {
  readonly api: Api;
  /** Who is logged in. */
  readonly session: Session;
  readonly connection: Connection;
  /** The money of who is logged in. */
  readonly wallet = new Wallet();
  readonly calls: Calls;
  #signalingUrl: string | undefined;
  /** Whose device is, or shall be, connected. */
  #accountId: string | null = null;
  #started = false;
  readonly #offs: (() => void)[];

  constructor(options: TalktimeOptions) {
    const timers = options.timers ?? systemTimers;
    const WebSocket = options.WebSocket ?? globalThis.WebSocket;
    if (!WebSocket) throw new TypeError(NO_WEBSOCKET);
    const fetch = limited(options.fetch ?? ((request) => globalThis.fetch(request)), timers);
    const open = createHttp(options.baseUrl, fetch);
    const own = createHttp(
      options.baseUrl,
      authorized(patient(fetch, timers), () => this.session.credentials),
    );
    this.#signalingUrl = options.signalingUrl;
    this.session = new Session({
      http: open,
      store: options.store ?? browserStore(),
      timers,
      exclusively: options.exclusively ?? exclusivelyInBrowser,
    });
    this.api = new Api(
      { open, own },
      {
        accountId: () => this.#accountId,
        account: (account) => this.session.learn(account),
        wallet: (state) => this.wallet.learn(state),
      },
    );
    this.connection = new Connection({
      url: () => this.#socketUrl(),
      token: (refused) => this.session.token(refused),
      WebSocket,
      timers,
      wake: options.wake ?? browserWake,
      isUrgent: () => this.calls.current !== null,
      deviceName: options.deviceName,
    });
    this.calls = new Calls({
      signaling: this.connection,
      iceServers: (callId) => this.api.iceServers(callId),
      wallet: this.wallet,
      relayOnly: () => this.session.account?.relay_only ?? false,
      timers,
    });
    this.#offs = [
      this.session.on("changed", (account) => this.#follow(account)),
      this.connection.on("welcome", (welcome) => this.#welcome(welcome)),
      this.calls.on("current", (call) => call && this.connection.retryNow()),
      this.connection.on("message", (message) => {
        if ("wallet" in message) this.wallet.hear(message);
      }),
    ];
  }

  /** Connect as soon as somebody is logged in, now and later. */
  start(): void {
    this.#started = true;
    if (this.session.account) this.connection.start();
  }

  /** Drop everything, for good; the session stays stored. */
  close(): void {
    for (const off of this.#offs) off();
    this.calls.close();
    this.connection.stop();
    this.session.close();
  }

  /** Money and device are an account's own. */
  #follow(account: Account | null): void {
    if (account?.id === this.#accountId) return;
    this.#accountId = account?.id ?? null;
    this.calls.leave();
    this.connection.stop();
    this.wallet.forget();
    if (account && this.#started) this.connection.start();
  }

  #welcome({ account, wallet }: Welcome): void {
    this.wallet.learn(wallet);
    const known = this.session.account;
    if (known?.id === account.account_id) this.session.learn({ ...known, user_name: account.user_name });
  }

  async #socketUrl(): Promise<string> {
    this.#signalingUrl ??= (await this.api.installation()).signaling_url;
    return this.#signalingUrl;
  }
}
