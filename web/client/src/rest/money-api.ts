/** One's own money in the API, one method an operation. */

import type { WalletState } from "../signaling/messages.js";
import { asked, type Days, file, type PageOptions } from "./asking.js";
import { answered, type Http } from "./http.js";
import { KEY_HEADER, newIdempotencyKey } from "./idempotency.js";
import type { Earnings, LimitChanges, OwnLimits, Page, Payment, Quote, StatementEntry } from "./types.js";

/** Who else wants to hear of the money. */
export interface MoneyListeners {
  /** Who is logged in. */
  accountId(): string | null;
  wallet(state: WalletState): void;
}

/** The part of `Api` that is about money. */
export abstract class MoneyApi {
  readonly #http: Http;
  readonly #tell: MoneyListeners;

  constructor(http: Http, listeners: MoneyListeners) {
    this.#http = http;
    this.#tell = listeners;
  }

  async wallet(): Promise<WalletState> {
    const asked = this.#tell.accountId();
    const state = await answered(this.#http.GET("/v1/wallet"));
    // A wallet does not say whose it is: somebody else may be logged in by now.
    if (asked === this.#tell.accountId()) this.#tell.wallet(state);
    return state;
  }

  /** The statement: every movement of the wallet, newest first. */
  entries(options: PageOptions = {}): Promise<Page<StatementEntry>> {
    const { signal, query } = asked(options);
    return answered(this.#http.GET("/v1/wallet/entries", { params: { query }, signal }));
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
}
