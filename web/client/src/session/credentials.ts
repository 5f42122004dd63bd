/** One login's tokens, and the one place where they are refreshed. */

import type { Timers } from "../clock.js";
import { NotLoggedInError, ProblemError } from "../errors.js";
import { answered, type Http } from "../rest/http.js";
import type { Account } from "../rest/types.js";
import type { Exclusively } from "./locks.js";
import type { StoredSession, TokenStore } from "./store.js";
import { HeldTokens, type Token, toStore } from "./tokens.js";

/** Where one logs in; each door's tokens open nothing behind the other. */
export type Door = "/v1/sessions" | "/v1/operator/sessions";

/** `logged_out` here or in another tab; `refused` by the server: logged out from afar, disabled, or too long away. */
export type SessionEndReason = "logged_out" | "refused";

export interface CredentialsParts {
  /** Without a token of its own. */
  http: Http;
  store: TokenStore;
  timers: Timers;
  exclusively: Exclusively;
  door: Door;
  /** The login is over, once. */
  over(reason: SessionEndReason): void;
}

export class Credentials {
  readonly accountId: string;
  readonly #parts: CredentialsParts;
  #held: HeldTokens;
  #refreshing: Promise<void> | null = null;
  #isOver = false;

  constructor(session: StoredSession, parts: CredentialsParts) {
    this.accountId = session.account.id;
    this.#parts = parts;
    this.#held = new HeldTokens(session, parts.timers);
  }

  /** See `Session.accessToken`. */
  async accessToken(refused?: string): Promise<string> {
    return (await this.token(refused)).accessToken;
  }

  /** The same with its time. One refresh serves all who wait. */
  async token(refused?: string): Promise<Token> {
    if (this.#isOver) throw new NotLoggedInError();
    if (!this.#held.isGood(refused)) {
      this.#refreshing ??= this.#alone(() => this.#refresh(refused)).finally(() => {
        this.#refreshing = null;
      });
      await this.#refreshing;
    }
    return this.#held.token;
  }

  /** Keep what is known of the account with its tokens; where that fails, it is asked anew at the next visit. */
  async keep(account: Account): Promise<void> {
    try {
      await this.#alone(async () => {
        const kept = this.#isOver ? null : this.#parts.store.get(this.accountId);
        if (kept) this.#parts.store.set({ ...kept, account });
      });
    } catch (error) {
      // biome-ignore lint/suspicious/noConsole: nobody waits for it who could be told
      console.warn("What is known of the account could not be kept.", error);
    }
  }

  /** End the login here at once, then at the server if it can be reached. */
  async end(): Promise<void> {
    this.#parts.store.remove(this.accountId);
    this.finish("logged_out");
    await this.endAtServer();
  }

  /** End the login at the server if it can be reached; here a newer one has taken its place, or none. */
  async endAtServer(): Promise<void> {
    const { http, door } = this.#parts;
    try {
      const body = { refresh_token: this.#held.refreshToken };
      const token = this.#held.isGood()
        ? this.#held.token.accessToken
        : (await answered(http.POST("/v1/sessions/refresh", { body }))).access_token;
      const headers = { Authorization: `Bearer ${token}` };
      await answered(http.DELETE(`${door}/current`, { headers, keepalive: true }));
    } catch {
      // The tokens are gone here, and expire there.
    }
  }

  /** Nobody gets a token of this login any more. */
  finish(reason: SessionEndReason): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#parts.over(reason);
  }

  /** Between reading the tokens and writing them no other tab does either. */
  #alone(action: () => Promise<void>): Promise<void> {
    return this.#parts.exclusively(`talktime:session:${this.accountId}`, action);
  }

  async #refresh(refused?: string): Promise<void> {
    const before = this.#latest();
    // Another tab may have refreshed while this one waited.
    if (!this.#held.isOf(before)) this.#hold(before);
    if (this.#held.isGood(refused)) return;
    try {
      const body = { refresh_token: before.refreshToken };
      const pair = await answered(this.#parts.http.POST("/v1/sessions/refresh", { body }));
      const now = this.#latest();
      const fresh = toStore(now.account, pair, this.#parts.timers);
      // Somebody may have logged out and in again meanwhile: that login is the newer one.
      if (now.refreshToken !== before.refreshToken) return this.#hold(now);
      this.#parts.store.set(fresh);
      this.#hold(fresh);
    } catch (error) {
      if (!(error instanceof ProblemError && error.type === "refresh-refused")) throw error;
      this.#refused(before);
    }
  }

  #refused(before: StoredSession): void {
    const now = this.#latest();
    this.#hold(now);
    // Without locks another tab may have used the token first.
    if (now.refreshToken !== before.refreshToken) return;
    this.#parts.store.remove(this.accountId);
    this.finish("refused");
    throw new NotLoggedInError("The session has ended.");
  }

  #hold(session: StoredSession): void {
    this.#held = new HeldTokens(session, this.#parts.timers);
  }

  /** What all tabs share, which another one may have removed. */
  #latest(): StoredSession {
    const session = this.#isOver ? null : this.#parts.store.get(this.accountId);
    if (session) return session;
    this.finish("logged_out");
    throw new NotLoggedInError();
  }
}
