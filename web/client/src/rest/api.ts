/** The API for who is logged in, one method an operation. */

import type { WalletState } from "../signaling/messages.js";
import { FILE } from "./fetch.js";
import { answered, type Http } from "./http.js";
import { KEY_HEADER, newIdempotencyKey } from "./idempotency.js";
import type {
  Account,
  CallView,
  Deletion,
  Earnings,
  EndReason,
  IceServers,
  Installation,
  LimitChanges,
  OwnLimits,
  Page,
  PasswordChange,
  Payment,
  Person,
  ProfileChanges,
  Quote,
  SessionView,
  StatementEntry,
} from "./types.js";

/** What of a list: `cursor` is the `next_cursor` of the page before, `limit` at most 100. */
export interface PageOptions {
  cursor?: string;
  limit?: number;
  signal?: AbortSignal;
}

export interface CallFilter extends PageOptions {
  direction?: "incoming" | "outgoing";
  /** Only calls that ended for one of these reasons. */
  outcome?: readonly EndReason[];
}

/** Which days of a statement, by the time of booking: from the first one to the one after the last, as `2026-01-31`. */
export interface Days {
  since?: string;
  until?: string;
  signal?: AbortSignal;
}

/** Who else wants to hear what the API tells. */
export interface ApiListeners {
  /** Who is logged in. */
  accountId(): string | null;
  account(account: Account): void;
  wallet(state: WalletState): void;
}

/** Every method rejects with `ProblemError`, `NetworkError` or `NotLoggedInError`; one that was aborted, with its reason. */
export class Api {
  readonly #open: Http;
  readonly #http: Http;
  readonly #tell: ApiListeners;

  constructor(http: { open: Http; own: Http }, listeners: ApiListeners) {
    this.#open = http.open;
    this.#http = http.own;
    this.#tell = listeners;
  }

  /** What this installation offers; needs no login. */
  installation(): Promise<Installation> {
    return answered(this.#open.GET("/v1/installation"));
  }

  async me(): Promise<Account> {
    return this.#account(await answered(this.#http.GET("/v1/me")));
  }

  /** Change what is given; another `email` needs `current_password`. */
  async updateMe(changes: ProfileChanges): Promise<Account> {
    return this.#account(await answered(this.#http.PATCH("/v1/me", { body: changes })));
  }

  /** All other sessions of the account end. */
  async changePassword(change: PasswordChange): Promise<void> {
    await answered(this.#http.PUT("/v1/me/password", { body: change }));
  }

  /** Delete the account; where money is left, name the amount that is given up. Log out afterwards. */
  async deleteMe(deletion: Deletion): Promise<void> {
    await answered(this.#http.POST("/v1/me/deletion", { body: deletion }));
  }

  /** Where the account is logged in, the newest first. */
  sessions(options: PageOptions = {}): Promise<Page<SessionView>> {
    const { signal, query } = asked(options);
    return answered(this.#http.GET("/v1/sessions", { params: { query }, signal }));
  }

  async endSession(sessionId: string): Promise<void> {
    const path = { session_id: sessionId };
    await answered(this.#http.DELETE("/v1/sessions/{session_id}", { params: { path } }));
  }

  async endOtherSessions(): Promise<void> {
    await answered(this.#http.DELETE("/v1/sessions"));
  }

  async wallet(): Promise<WalletState> {
    const asked = this.#tell.accountId();
    const state = await answered(this.#http.GET("/v1/wallet"));
    // A wallet does not say whose it is: somebody else may be logged in by now.
    if (asked === this.#tell.accountId()) this.#tell.wallet(state);
    return state;
  }

  /** What one wants to spend at most; null where there is no such limit. */
  limits(signal?: AbortSignal): Promise<OwnLimits> {
    return answered(this.#http.GET("/v1/me/limits", { signal: signal ?? null }));
  }

  /** Change what is given; null takes a limit away. To raise one, or to take it away, needs `current_password`. */
  changeLimits(changes: LimitChanges): Promise<OwnLimits> {
    return answered(this.#http.PATCH("/v1/me/limits", { body: changes }));
  }

  /**
   * What a call would cost now, and how long one could talk: what would then be allowed.
   *
   * Without a callee, what a call of somebody costs who asks no price. `ProblemError` of type `not-found` where there
   * is nobody of this id or name.
   */
  quote(callee?: { id: string } | { userName: string }, signal?: AbortSignal): Promise<Quote> {
    const query = callee && ("id" in callee ? { callee_id: callee.id } : { callee_user_name: callee.userName });
    return answered(this.#http.GET("/v1/calls/quote", { params: { query: query ?? {} }, signal: signal ?? null }));
  }

  /** What one has earned by taking calls and was not paid out yet, and by what one earns. */
  earnings(signal?: AbortSignal): Promise<Earnings> {
    return answered(this.#http.GET("/v1/earnings", { signal: signal ?? null }));
  }

  /** Every movement of one's earnings, newest first. */
  earningEntries(options: PageOptions = {}): Promise<Page<StatementEntry>> {
    const { signal, query } = asked(options);
    return answered(this.#http.GET("/v1/earnings/entries", { params: { query }, signal }));
  }

  /** The statement as CSV, oldest first; its last row is the closing balance, without which it is not whole. */
  entriesFile({ signal, ...query }: Days = {}): Promise<Blob> {
    return answered(this.#http.GET("/v1/wallet/entries.csv", file(query, signal)));
  }

  /** The movements of one's earnings as CSV. */
  earningEntriesFile({ signal, ...query }: Days = {}): Promise<Blob> {
    return answered(this.#http.GET("/v1/earnings/entries.csv", file(query, signal)));
  }

  /** The statement: every movement of the wallet, newest first. */
  entries(options: PageOptions = {}): Promise<Page<StatementEntry>> {
    const { signal, query } = asked(options);
    return answered(this.#http.GET("/v1/wallet/entries", { params: { query }, signal }));
  }

  /**
   * Ask for a payment, to be paid at its `checkout_url`.
   *
   * Give the same key when you ask again because no answer came, as an `Attempt` does: there will be one payment.
   */
  createPayment(amountMinor: number, key = newIdempotencyKey()): Promise<Payment> {
    const params = { header: { [KEY_HEADER]: key } };
    return answered(this.#http.POST("/v1/payments", { body: { amount_minor: amountMinor }, params }));
  }

  /** One's payments, newest first. */
  payments(options: PageOptions = {}): Promise<Page<Payment>> {
    const { signal, query } = asked(options);
    return answered(this.#http.GET("/v1/payments", { params: { query }, signal }));
  }

  payment(paymentId: string): Promise<Payment> {
    const path = { payment_id: paymentId };
    return answered(this.#http.GET("/v1/payments/{payment_id}", { params: { path } }));
  }

  /** Find people by part of the user name or by id, in the order of the alphabet. */
  people({ name, ...options }: { name: string } & PageOptions): Promise<Page<Person>> {
    const { signal, query } = asked(options);
    return answered(this.#http.GET("/v1/people", { params: { query: { q: name, ...query } }, signal }));
  }

  person(idOrName: string): Promise<Person> {
    const path = { id_or_name: idOrName };
    return answered(this.#http.GET("/v1/people/{id_or_name}", { params: { path } }));
  }

  /** Whom one takes no calls from, in the order of the alphabet. */
  blocklist(options: PageOptions = {}): Promise<Page<Person>> {
    const { signal, query } = asked(options);
    return answered(this.#http.GET("/v1/me/blocklist", { params: { query }, signal }));
  }

  /** Take no more calls from somebody, and make none to them. A call that goes on goes on. */
  async putOnBlocklist(accountId: string): Promise<void> {
    await answered(this.#http.PUT("/v1/me/blocklist/{account_id}", listed(accountId)));
  }

  async takeOffBlocklist(accountId: string): Promise<void> {
    await answered(this.#http.DELETE("/v1/me/blocklist/{account_id}", listed(accountId)));
  }

  /** Whom one takes calls from where that is for contacts only, in the order of the alphabet. */
  contacts(options: PageOptions = {}): Promise<Page<Person>> {
    const { signal, query } = asked(options);
    return answered(this.#http.GET("/v1/me/contacts", { params: { query }, signal }));
  }

  async putInContacts(accountId: string): Promise<void> {
    await answered(this.#http.PUT("/v1/me/contacts/{account_id}", listed(accountId)));
  }

  async takeOutOfContacts(accountId: string): Promise<void> {
    await answered(this.#http.DELETE("/v1/me/contacts/{account_id}", listed(accountId)));
  }

  /** The calls one made or got, newest first. */
  calls({ direction, outcome, ...options }: CallFilter = {}): Promise<Page<CallView>> {
    const { signal, query } = asked(options);
    const filter = { ...query, ...(direction && { direction }), ...(outcome && { outcome: [...outcome] }) };
    return answered(this.#http.GET("/v1/calls", { params: { query: filter }, signal }));
  }

  call(callId: string): Promise<CallView> {
    const path = { call_id: callId };
    return answered(this.#http.GET("/v1/calls/{call_id}", { params: { path } }));
  }

  /** The servers by which this party of the call may connect its media. */
  iceServers(callId: string): Promise<IceServers> {
    const query = { call_id: callId };
    return answered(this.#http.GET("/v1/ice-servers", { params: { query } }));
  }

  #account(account: Account): Account {
    this.#tell.account(account);
    return account;
  }
}

export function asked({ signal, ...query }: PageOptions): {
  query: Omit<PageOptions, "signal">;
  signal: AbortSignal | null;
} {
  return { query, signal: signal ?? null };
}

function file(query: Omit<Days, "signal">, signal?: AbortSignal) {
  return { params: { query }, parseAs: "blob", headers: { Accept: FILE }, signal: signal ?? null } as const;
}

function listed(accountId: string) {
  return { params: { path: { account_id: accountId } } };
}
