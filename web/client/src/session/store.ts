/** Where sessions are kept between visits. */

import type { Account } from "../rest/types.js";

/** A login of one account, as it is kept. */
export interface StoredSession {
  account: Account;
  accessToken: string;
  refreshToken: string;
  /** When the access token expires, by this machine's clock; milliseconds since 1970. */
  expiresAtMs: number;
  /** How long an access token of this login lives. */
  lifeMs: number;
  /** When the tokens came, by this machine's clock. */
  gotAtMs: number;
}

/** What is kept of whom; shared by all tabs of a browser, but for what is `selected`. */
export interface TokenStore {
  all(): StoredSession[];
  get(accountId: string): StoredSession | null;
  set(session: StoredSession): void;
  remove(accountId: string): void;
  /** The account that this tab uses, or used last; null where there was none yet. */
  selected(): string | null;
  select(accountId: string): void;
  /** Be told when another tab has changed or removed an account's session; null says: any of them. */
  watch(listener: (accountId: string | null) => void): () => void;
}

/** Keeps sessions for as long as the page is open. */
export class MemoryStore implements TokenStore {
  readonly #sessions = new Map<string, StoredSession>();
  #selected: string | null = null;

  all(): StoredSession[] {
    return [...this.#sessions.values()];
  }

  get(accountId: string): StoredSession | null {
    return this.#sessions.get(accountId) ?? null;
  }

  set(session: StoredSession): void {
    this.#sessions.set(session.account.id, session);
  }

  remove(accountId: string): void {
    this.#sessions.delete(accountId);
  }

  selected(): string | null {
    return this.#selected;
  }

  select(accountId: string): void {
    this.#selected = accountId;
  }

  watch(): () => void {
    return () => {};
  }
}
