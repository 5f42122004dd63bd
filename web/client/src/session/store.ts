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
  /** When the account was last used here, by this machine's clock. */
  usedAtMs: number;
}

/** What is kept of whom; shared by all tabs of a browser, but for what is `selected`. */
export interface TokenStore {
  all(): StoredSession[];
  get(accountId: string): StoredSession | null;
  set(session: StoredSession): void;
  remove(accountId: string): void;
  /** The account that this tab uses. */
  selected(): string | null;
  select(accountId: string | null): void;
  /** Be told when another tab has changed or removed an account's session; null says: any of them. */
  watch(listener: (accountId: string | null) => void): () => void;
}
