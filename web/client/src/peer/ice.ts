/** The servers by which a call's media may connect, kept fresh for as long as the call lasts. */

import type { Timers } from "../clock.js";
import { ProblemError } from "../errors.js";
import type { IceServers } from "../rest/types.js";

export interface IceNeeds {
  /** Ask the API; rejects where it cannot be had. */
  fetch(): Promise<IceServers>;
  /** Whether this account must not show its address. */
  relayOnly(): boolean;
  timers: Timers;
}

/** The media must be relayed, and there is no relay. */
export class NoRelayError extends Error {}

/** How long a call waits for its servers, and where that fails, for the second try. */
const FETCH_MS_MAX = 5_000;
const AGAIN_MS_MAX = 2_000;
/** They are asked for again when so much of their time has passed, but not more often than this. */
const REFRESH_SHARE = 0.8;
const REFRESH_MS_MIN = 60_000;
/** And not later: on a machine whose clock is behind they seem to last for longer than they do. */
const REFRESH_MS_MAX = 480_000;

export class IceConfiguration {
  readonly #needs: IceNeeds;
  #asked: Promise<RTCConfiguration | null> | null = null;
  #answered = false;
  #expiresAtMs: number | null = null;
  #stop = () => {};
  #closed = false;

  constructor(needs: IceNeeds) {
    this.#needs = needs;
  }

  /** Begin to ask, so that they are there when they are needed. */
  prepare(): void {
    if (this.#asked) return;
    this.#asked = this.#ask();
    // Heard of where it is needed.
    this.#asked.catch(() => {});
  }

  /** What to connect with; asked for twice, and without servers where that fails. Rejects with `NoRelayError`. */
  async get(): Promise<RTCConfiguration> {
    this.prepare();
    const configuration = (await this.#asked) ?? (await this.#ask(AGAIN_MS_MAX)) ?? { iceServers: [] };
    const mustRelay = this.#needs.relayOnly() || configuration.iceTransportPolicy === "relay";
    if (mustRelay && !configuration.iceServers?.some(isRelay)) throw new NoRelayError();
    return mustRelay ? { ...configuration, iceTransportPolicy: "relay" } : configuration;
  }

  /** Hand on newer servers each time before those in use expire, or the first ones where there were none. */
  keepFresh(renewed: (configuration: RTCConfiguration) => void): void {
    const waitMs = this.#refreshMs;
    if (waitMs === null || this.#closed) return;
    this.#stop = this.#needs.timers.after(waitMs, async () => {
      this.#asked = null;
      const configuration = await this.get().catch(() => null);
      if (configuration?.iceServers?.length && !this.#closed) renewed(configuration);
      this.keepFresh(renewed);
    });
  }

  close(): void {
    this.#closed = true;
    this.#stop();
  }

  /** When to ask again; null where what there is lasts for ever. */
  get #refreshMs(): number | null {
    if (!this.#answered) return REFRESH_MS_MIN;
    if (this.#expiresAtMs === null) return null;
    const lastsMs = this.#expiresAtMs - this.#needs.timers.wallNow();
    return Math.min(REFRESH_MS_MAX, Math.max(REFRESH_MS_MIN, lastsMs * REFRESH_SHARE));
  }

  /** Null where the API does not answer in time. */
  async #ask(limitMs = FETCH_MS_MAX): Promise<RTCConfiguration | null> {
    const answer = await this.#inTime(this.#needs.fetch(), limitMs).catch((error: unknown) => {
      if (error instanceof ProblemError && error.type === "relay-not-offered") throw new NoRelayError();
      return null;
    });
    if (!answer) return null;
    this.#answered = true;
    this.#expiresAtMs = answer.expires_at === null ? null : Date.parse(answer.expires_at);
    return { iceServers: answer.ice_servers, iceTransportPolicy: answer.ice_transport_policy };
  }

  #inTime<Answer>(answer: Promise<Answer>, limitMs: number): Promise<Answer | null> {
    return new Promise((resolve, reject) => {
      const stop = this.#needs.timers.after(limitMs, () => resolve(null));
      answer.then(resolve, reject).finally(stop);
    });
  }
}

function isRelay({ urls }: RTCIceServer): boolean {
  return [urls].flat().some((url) => /^turns?:/.test(url));
}
