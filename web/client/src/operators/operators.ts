/** Operators' work: a login of their own, beside whoever else is logged in in this browser, and what it opens. */

import { systemTimers } from "../clock.js";
import { NotLoggedInError } from "../errors.js";
import { authorized, limited } from "../rest/fetch.js";
import { createHttp } from "../rest/http.js";
import { patient } from "../rest/idempotency.js";
import { browserStore } from "../session/browser-store.js";
import { exclusivelyInBrowser } from "../session/locks.js";
import { Session } from "../session/session.js";
import type { TalktimeOptions } from "../talktime.js";
import { OperatorApi } from "./operator-api.js";
import { OperatorMoney } from "./operator-money.js";

const NAMES = { prefix: "talktime:operators:", selected: "talktime:operator" };

export type OperatorsOptions = Pick<TalktimeOptions, "baseUrl" | "store" | "fetch" | "timers" | "exclusively">;

/** A page for operators needs one of these. */
export class Operators {
  readonly api: OperatorApi;
  /** What moves other people's money. */
  readonly money: OperatorMoney;
  /** Which operator is logged in. `register` is for customers. */
  readonly session: Session;

  constructor(options: OperatorsOptions) {
    const timers = options.timers ?? systemTimers;
    const fetch = limited(options.fetch ?? ((request) => globalThis.fetch(request)), timers);
    this.session = new Session({
      http: createHttp(options.baseUrl, fetch),
      store: options.store ?? browserStore(undefined, NAMES),
      timers,
      exclusively: options.exclusively ?? exclusivelyInBrowser,
      door: "/v1/operator/sessions",
    });
    const own = authorized(patient(fetch, timers), () => this.session.credentials);
    const http = createHttp(options.baseUrl, own);
    this.api = new OperatorApi(http);
    this.money = new OperatorMoney(http);
  }

  /**
   * Log in once more as the same operator, for what needs a login of the last minutes (`login-too-old`).
   *
   * Rejects with `ProblemError`, `NetworkError`, `NotLoggedInError`; then the login is as it was.
   */
  async logInAgain(password: string): Promise<void> {
    const { account, credentials } = this.session;
    if (!account) throw new NotLoggedInError();
    await this.session.logIn({ login: account.user_name, password });
    void credentials.endAtServer();
  }
}
