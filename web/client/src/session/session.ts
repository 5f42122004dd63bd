/** Who is logged in, and the tokens that prove it. */

import type { Timers } from "../clock.js";
import { Emitter } from "../emitter.js";
import { NotLoggedInError } from "../errors.js";
import { answered, type Http } from "../rest/http.js";
import type { Account, NewAccount, NewSession } from "../rest/types.js";
import { Credentials, type Door, type SessionEndReason } from "./credentials.js";
import type { Exclusively } from "./locks.js";
import type { StoredSession, TokenStore } from "./store.js";
import { type Token, toStore } from "./tokens.js";

export interface SessionEvents {
  /** Somebody else is logged in now, or nobody, or the account's own data changed. */
  changed: Account | null;
  /** The login is over; `changed` with null came just before. */
  ended: SessionEndReason;
}

/** An account that is logged in in this browser. */
export interface StoredAccount {
  id: string;
  userName: string;
}

export interface SessionParts {
  /** Without a token of its own. */
  http: Http;
  store: TokenStore;
  timers: Timers;
  exclusively: Exclusively;
  /** Else the one for everybody. */
  door?: Door;
}

/** One account a tab. Another tab of the browser may use another one, or the same with the same tokens. */
export class Session extends Emitter<SessionEvents> {
  readonly #parts: Required<SessionParts>;
  #account: Account | null = null;
  #credentials: Credentials | null = null;
  #unwatch: () => void = () => {};

  constructor(parts: SessionParts) {
    super();
    this.#parts = { door: "/v1/sessions", ...parts };
  }

  get account(): Account | null {
    return this.#account;
  }

  /** The tokens of who is logged in now, also after somebody else has logged in. Throws `NotLoggedInError`. */
  get credentials(): Credentials {
    if (!this.#credentials) throw new NotLoggedInError();
    return this.#credentials;
  }

  /**
   * Go on as the account named, else the one of this tab, else, in a new tab, the last one used in this browser.
   *
   * Null where that is not logged in, or the server refuses it. Without a network it is taken as it was left.
   */
  async restore(accountId?: string): Promise<Account | null> {
    const found = this.#find(accountId);
    if (!found) return null;
    const before = this.#credentials;
    const credentials = this.#credentialsOf(found);
    try {
      await credentials.accessToken();
    } catch (error) {
      if (error instanceof NotLoggedInError) return null;
    }
    // Whoever logged in meanwhile stays.
    if (this.#credentials === before) this.#enter(found, credentials);
    return this.#account;
  }

  /** Make an account and log in. Rejects with `ProblemError`, `NetworkError`. */
  async register(input: NewAccount): Promise<Account> {
    await answered(this.#parts.http.POST("/v1/accounts", { body: input }));
    return this.logIn({ login: input.user_name, password: input.password });
  }

  /** Log in by e-mail address or user name. Rejects with `ProblemError`, `NetworkError`. */
  async logIn(input: NewSession): Promise<Account> {
    const { account, ...pair } = await answered(this.#parts.http.POST(this.#parts.door, { body: input }));
    const opened = toStore(account, pair, this.#parts.timers);
    this.#parts.store.set(opened);
    this.#enter(opened, this.#credentialsOf(opened));
    return account;
  }

  /** Forget the login here at once, and tell the server if it can be reached. */
  async logOut(): Promise<void> {
    await this.#credentials?.end();
  }

  /**
   * An access token that is good for a minute and a half at least, refreshed where it must be.
   *
   * `refused` is one that the server did not take, however good it looks.
   * Rejects with `NotLoggedInError`, also where this very refresh was refused, and with `ProblemError`, `NetworkError`.
   */
  async accessToken(refused?: string): Promise<string> {
    return this.credentials.accessToken(refused);
  }

  /** The same, and for how long it will be handed out. */
  async token(refused?: string): Promise<Token> {
    return this.credentials.token(refused);
  }

  /** Who is logged in in this browser, the last one used first. */
  accounts(): StoredAccount[] {
    return this.#lastUsedFirst().map(({ account }) => ({ id: account.id, userName: account.user_name }));
  }

  /** Take what the server says of the account; of another one it is ignored. */
  learn(account: Account): void {
    if (account.id !== this.#account?.id || JSON.stringify(account) === JSON.stringify(this.#account)) return;
    this.#account = account;
    void this.#credentials?.keep(account);
    this.emit("changed", account);
  }

  /** Use no token and hear of no other tab any more; the login stays stored. */
  close(): void {
    this.#unwatch();
    this.#unwatch = () => {};
    this.#credentials = this.#account = null;
  }

  #enter(session: StoredSession, credentials: Credentials): void {
    const { store } = this.#parts;
    this.#unwatch();
    this.#unwatch = store.watch((changed) => this.#heard(changed));
    store.select(session.account.id);
    this.#credentials = credentials;
    this.#account = session.account;
    this.emit("changed", this.#account);
  }

  #credentialsOf(session: StoredSession): Credentials {
    const credentials: Credentials = new Credentials(session, {
      ...this.#parts,
      over: (reason) => this.#over(credentials, reason),
    });
    return credentials;
  }

  #over(credentials: Credentials, reason: SessionEndReason): void {
    if (credentials !== this.#credentials) return;
    this.close();
    this.emit("changed", null);
    this.emit("ended", reason);
  }

  /** Another tab has logged out, or changed the account's data. */
  #heard(changed: string | null): void {
    const id = this.#credentials?.accountId;
    if (!id || (changed !== null && changed !== id)) return;
    const kept = this.#parts.store.get(id);
    if (!kept) this.#credentials?.finish("logged_out");
    else this.learn(kept.account);
  }

  #find(accountId?: string): StoredSession | null {
    const { store } = this.#parts;
    const chosen = accountId ?? store.selected();
    return chosen === null ? (this.#lastUsedFirst()[0] ?? null) : store.get(chosen);
  }

  #lastUsedFirst(): StoredSession[] {
    return this.#parts.store.all().sort((one, other) => other.gotAtMs - one.gotAtMs);
  }
}
