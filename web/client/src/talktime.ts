/** Puts the parts together. */

import { Calls } from "./calls/calls.js";
import { systemTimers, type Timers } from "./clock.js";
import { Wallet } from "./money/wallet.js";
import { Api } from "./rest/api.js";
import { createHttp, type Fetch } from "./rest/http.js";
import { Session } from "./session/session.js";
import type { TokenStore } from "./session/store.js";
import { Connection } from "./signaling/connection.js";

export interface TalktimeOptions {
  /** Where the API is, without `/v1`; `location.origin` for a page that it serves. */
  baseUrl: string;
  /** Where the sockets are; else what the installation says. */
  signalingUrl?: string;
  /** Where sessions are kept; else in this browser. */
  store?: TokenStore;
  /** What the server shall call this device. */
  deviceName?: string;
  fetch?: Fetch;
  WebSocket?: typeof WebSocket;
  timers?: Timers;
}

export class Talktime {
  readonly api: Api;
  readonly session: Session;
  readonly connection: Connection;
  readonly wallet: Wallet;
  readonly calls: Calls;

  constructor(options: TalktimeOptions) {
    this.wallet = new Wallet();
    this.session = new Session();
    this.connection = new Connection();
    const http = createHttp(options.baseUrl, options.fetch ?? ((request) => fetch(request)));
    this.api = new Api(
      { open: http, own: http },
      { account: () => {}, wallet: (state) => this.wallet.learn(state) },
    );
    this.calls = new Calls({
      signaling: this.connection,
      iceServers: (callId) => this.api.iceServers(callId),
      relayOnly: () => this.session.account?.relay_only ?? false,
      timers: options.timers ?? systemTimers,
    });
  }

  /** Connect as soon as somebody is logged in, now and later. */
  start(): void {
    throw new Error("not yet");
  }

  /** Drop everything; the session stays stored. */
  close(): void {
    throw new Error("not yet");
  }
}
