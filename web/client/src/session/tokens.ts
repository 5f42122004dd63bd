/** The tokens of one login, as one tab holds them. */

import type { Timers } from "../clock.js";
import type { Account, TokenPair } from "../rest/types.js";
import type { StoredSession } from "./store.js";

/**
 * A token that is handed out is good for at least so long, or for half of its life where that is shorter.
 *
 * More than a minute: a browser lets the timers of a page that is not looked at wait for so long.
 */
export const TOKEN_MS_MIN = 90_000;

/** An access token, and for how long it will be handed out. */
export interface Token {
  accessToken: string;
  freshMs: number;
}

/** What is kept of a login that was just opened or refreshed. */
export function toStore(account: Account, pair: TokenPair, timers: Timers): StoredSession {
  const lifeMs = pair.expires_in * 1000;
  const gotAtMs = timers.wallNow();
  const tokens = { accessToken: pair.access_token, refreshToken: pair.refresh_token };
  return { account, ...tokens, expiresAtMs: gotAtMs + lifeMs, lifeMs, gotAtMs };
}

export class HeldTokens {
  readonly #timers: Timers;
  readonly #session: StoredSession;
  /** By the monotonic clock: the machine's own may be set while we hold the token. */
  readonly #freshUntilMs: number;

  constructor(session: StoredSession, timers: Timers) {
    this.#timers = timers;
    this.#session = session;
    const { expiresAtMs, lifeMs } = session;
    // No token lives longer than when it was new, whatever was done to the machine's clock since.
    const leftMs = Math.min(expiresAtMs - timers.wallNow(), lifeMs);
    this.#freshUntilMs = timers.now() + leftMs - Math.min(TOKEN_MS_MIN, lifeMs / 2);
  }

  get refreshToken(): string {
    return this.#session.refreshToken;
  }

  get token(): Token {
    return { accessToken: this.#session.accessToken, freshMs: this.#freshUntilMs - this.#timers.now() };
  }

  /** Whether the access token can be handed out; not where it is the one that the server refused. */
  isGood(refused?: string): boolean {
    const { accessToken, freshMs } = this.token;
    return freshMs > 0 && accessToken !== refused;
  }

  isOf(session: StoredSession): boolean {
    return session.accessToken === this.#session.accessToken;
  }
}
