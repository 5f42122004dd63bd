/** The API for who is logged in as an operator, one method an operation. */

import { asked, type PageOptions } from "../rest/asking.js";
import { answered, type Http } from "../rest/http.js";
import type { CallView, Page, Payment, StatementEntry } from "../rest/types.js";
import type {
  AccountDetails,
  AccountStatus,
  AccountSummary,
  Action,
  AuditedAct,
  CallRecord,
  EndAsked,
  Figures,
  OperatorSession,
} from "./types.js";

export interface AccountFilter extends PageOptions {
  /** An id, or part of a user name or an e-mail address; all accounts where empty. */
  text?: string;
  status?: AccountStatus;
}

/** Each that is not empty must be met. */
export interface ActFilter extends PageOptions {
  actor?: readonly string[];
  account?: readonly string[];
  call?: readonly string[];
  action?: readonly Action[];
}

/** What changes where an account stands. */
export type StandingAct = "block" | "unblock" | "disable" | "enable";

/**
 * Every method rejects with `ProblemError`, `NetworkError` or `NotLoggedInError`. Money is moved by `OperatorMoney`.
 *
 * Acts need a reason of at most 500 characters, which stays in the audit log; looking is in it too.
 */
export class OperatorApi {
  readonly #http: Http;

  constructor(http: Http) {
    this.#http = http;
  }

  /** Who is logged in, and until when this login is good for moving money. */
  session(): Promise<OperatorSession> {
    return answered(this.#http.GET("/v1/operator/sessions/current"));
  }

  figures(signal?: AbortSignal): Promise<Figures> {
    return answered(this.#http.GET("/v1/operator/figures", { signal: signal ?? null }));
  }

  /** Find accounts, the newest first. */
  accounts({ text, status, ...options }: AccountFilter = {}): Promise<Page<AccountSummary>> {
    const { signal, query: page } = asked(options);
    const query = { ...page, ...(text && { q: text }), ...(status && { status }) };
    return answered(this.#http.GET("/v1/operator/accounts", { params: { query }, signal }));
  }

  account(accountId: string, signal?: AbortSignal): Promise<AccountDetails> {
    const params = ofAccount(accountId);
    return answered(this.#http.GET("/v1/operator/accounts/{account_id}", { params, signal: signal ?? null }));
  }

  /** An account's statement, newest first. */
  entries(accountId: string, options: PageOptions = {}): Promise<Page<StatementEntry>> {
    const { signal, query } = asked(options);
    const params = { ...ofAccount(accountId), query };
    return answered(this.#http.GET("/v1/operator/accounts/{account_id}/entries", { params, signal }));
  }

  /** Every movement of an account's earnings, newest first. */
  earningEntries(accountId: string, options: PageOptions = {}): Promise<Page<StatementEntry>> {
    const { signal, query } = asked(options);
    const params = { ...ofAccount(accountId), query };
    return answered(this.#http.GET("/v1/operator/accounts/{account_id}/earnings/entries", { params, signal }));
  }

  /** The calls that an account made or got, newest first. */
  callsOf(accountId: string, options: PageOptions = {}): Promise<Page<CallView>> {
    const { signal, query } = asked(options);
    const params = { ...ofAccount(accountId), query };
    return answered(this.#http.GET("/v1/operator/accounts/{account_id}/calls", { params, signal }));
  }

  /** An account's payments, newest first. */
  payments(accountId: string, options: PageOptions = {}): Promise<Page<Payment>> {
    const { signal, query } = asked(options);
    const params = { ...ofAccount(accountId), query };
    return answered(this.#http.GET("/v1/operator/accounts/{account_id}/payments", { params, signal }));
  }

  /** Keep an account from calling or from coming in at all, or let it again. */
  change(accountId: string, act: StandingAct, reason: string): Promise<AccountDetails> {
    const request = { params: ofAccount(accountId), body: { reason } };
    return answered(this.#http.POST(`/v1/operator/accounts/{account_id}/${act}`, request));
  }

  /** The calls that are going on, newest first. */
  liveCalls(options: PageOptions = {}): Promise<Page<CallRecord>> {
    const { signal, query } = asked(options);
    return answered(this.#http.GET("/v1/operator/calls/live", { params: { query }, signal }));
  }

  /** One call, going on or over. */
  call(callId: string, signal?: AbortSignal): Promise<CallRecord> {
    const params = { path: { call_id: callId } };
    return answered(this.#http.GET("/v1/operator/calls/{call_id}", { params, signal: signal ?? null }));
  }

  /** Have a call ended; it is over soon after the answer. */
  endCall(callId: string, reason: string): Promise<EndAsked> {
    const params = { path: { call_id: callId } };
    return answered(this.#http.POST("/v1/operator/calls/{call_id}/end", { params, body: { reason } }));
  }

  /** What operators did, newest first. */
  acts({ actor, account, call, action, ...options }: ActFilter = {}): Promise<Page<AuditedAct>> {
    const { signal, query: page } = asked(options);
    const query = {
      ...page,
      ...(actor && { actor: [...actor] }),
      ...(account && { account: [...account] }),
      ...(call && { call: [...call] }),
      ...(action && { action: [...action] }),
    };
    return answered(this.#http.GET("/v1/operator/audit", { params: { query }, signal }));
  }
}

function ofAccount(accountId: string): { path: { account_id: string } } {
  return { path: { account_id: accountId } };
}
