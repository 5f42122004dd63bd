/** Other people's money, one method an act. All of it needs a login of the last minutes. */

import { asked, type PageOptions } from "../rest/asking.js";
import { answered, type Http } from "../rest/http.js";
import { KEY_HEADER } from "../rest/idempotency.js";
import type { Page } from "../rest/types.js";
import type {
  AccountDetails,
  Adjustment,
  CallRefund,
  DefaultPrice,
  PaymentRefund,
  PaymentRefunds,
  Payout,
  PriceChange,
} from "./types.js";

/** Money that is moved, why, and under which key (an `Attempt` has one): the same key moves it once. */
export interface Moved {
  amountMinor: number;
  reason: string;
  key: string;
}

/** What callers of an account pay, null for their own price, and of either the account's share in basis points. */
export interface AskingPrice {
  priceMinor: number | null;
  earningShareBp: number;
  reason: string;
}

/**
 * Every method rejects with `ProblemError`, `NetworkError` or `NotLoggedInError`.
 *
 * Where no answer came to what has a key, ask again with the same one: it is booked once.
 */
export class OperatorMoney {
  readonly #http: Http;

  constructor(http: Http) {
    this.#http = http;
  }

  /** Let a minute cost this from the next call on. */
  setPrice(accountId: string, priceMinor: number, reason: string): Promise<AccountDetails> {
    const request = { params: ofAccount(accountId), body: { price_minor: priceMinor, reason } };
    return answered(this.#http.PUT("/v1/operator/accounts/{account_id}/price", request));
  }

  /** Let callers of the account pay this from their next calls on, and the account earn its share of it. */
  setAskingPrice(accountId: string, { priceMinor, earningShareBp, reason }: AskingPrice): Promise<AccountDetails> {
    const body = { price_minor: priceMinor, earning_share_bp: earningShareBp, reason };
    const request = { params: ofAccount(accountId), body };
    return answered(this.#http.PUT("/v1/operator/accounts/{account_id}/asking-price", request));
  }

  /** How an account's prices came about, newest first. Any login may look. */
  priceChanges(accountId: string, options: PageOptions = {}): Promise<Page<PriceChange>> {
    const { signal, query } = asked(options);
    const params = { ...ofAccount(accountId), query };
    return answered(this.#http.GET("/v1/operator/accounts/{account_id}/prices", { params, signal }));
  }

  /** What a minute costs who registers now. Any login may look. */
  defaultPrice(signal?: AbortSignal): Promise<DefaultPrice> {
    return answered(this.#http.GET("/v1/operator/prices/default", { signal: signal ?? null }));
  }

  /** Let a minute cost this who registers from now on; everybody else's price stays. */
  setDefaultPrice(priceMinor: number, reason: string): Promise<DefaultPrice> {
    return answered(this.#http.PUT("/v1/operator/prices/default", { body: { price_minor: priceMinor, reason } }));
  }

  /** How the price of new accounts came about, newest first. Any login may look. */
  defaultPriceChanges(options: PageOptions = {}): Promise<Page<PriceChange>> {
    const { signal, query } = asked(options);
    return answered(this.#http.GET("/v1/operator/prices/default/changes", { params: { query }, signal }));
  }

  /** Give or, where negative, take money. */
  adjust(accountId: string, moved: Moved): Promise<Adjustment> {
    const request = { params: { ...ofAccount(accountId), ...under(moved.key) }, body: bodyOf(moved) };
    return answered(this.#http.POST("/v1/operator/accounts/{account_id}/adjustments", request));
  }

  /** Record that earnings were paid out; nothing is sent anywhere. The reference says where the payment is found. */
  payOut(
    accountId: string,
    { amountMinor, reference, key }: Omit<Moved, "reason"> & { reference: string },
  ): Promise<Payout> {
    const params = { ...ofAccount(accountId), ...under(key) };
    const body = { amount_minor: amountMinor, reference };
    return answered(this.#http.POST("/v1/operator/accounts/{account_id}/payouts", { params, body }));
  }

  /** Give back of what a call cost. */
  refundCall(callId: string, moved: Moved): Promise<CallRefund> {
    const params = { path: { call_id: callId }, ...under(moved.key) };
    return answered(this.#http.POST("/v1/operator/calls/{call_id}/refunds", { params, body: bodyOf(moved) }));
  }

  /** What was given back of what a call cost, newest first. Any login may look. */
  callRefunds(callId: string, options: PageOptions = {}): Promise<Page<CallRefund>> {
    const { signal, query } = asked(options);
    const params = { path: { call_id: callId }, query };
    return answered(this.#http.GET("/v1/operator/calls/{call_id}/refunds", { params, signal }));
  }

  /** Give a payment back, or a part of it: out of the wallet at once, to the payer by the provider. */
  refundPayment(paymentId: string, moved: Moved): Promise<PaymentRefund> {
    const params = { path: { payment_id: paymentId }, ...under(moved.key) };
    const body = bodyOf(moved);
    return answered(this.#http.POST("/v1/operator/payments/{payment_id}/refunds", { params, body }));
  }

  /** What of a payment went back, newest first, and how much more may. Any login may look. */
  paymentRefunds(paymentId: string, signal?: AbortSignal): Promise<PaymentRefunds> {
    const params = { path: { payment_id: paymentId } };
    return answered(
      this.#http.GET("/v1/operator/payments/{payment_id}/refunds", { params, signal: signal ?? null }),
    );
  }
}

function bodyOf({ amountMinor, reason }: Moved) {
  return { amount_minor: amountMinor, reason };
}

function under(key: string): { header: { [KEY_HEADER]: string } } {
  return { header: { [KEY_HEADER]: key } };
}

function ofAccount(accountId: string): { path: { account_id: string } } {
  return { path: { account_id: accountId } };
}
