/** For the page of operators, apart from the library so that no customer loads it. */

export { Attempt } from "../rest/attempt.js";
export { mayBeDone, newIdempotencyKey } from "../rest/idempotency.js";
export type { AccountFilter, ActFilter, OperatorApi, StandingAct } from "./operator-api.js";
export type { AskingPrice, Moved, OperatorMoney } from "./operator-money.js";
export { Operators, type OperatorsOptions } from "./operators.js";
export type {
  AccountDetails,
  AccountStatus,
  AccountSummary,
  Action,
  Adjustment,
  AuditedAct,
  CallParty,
  CallRecord,
  CallRefund,
  DefaultPrice,
  EndAsked,
  Figures,
  OperatorSession,
  PaymentRefund,
  PaymentRefunds,
  Payout,
  PriceChange,
  Turnover,
} from "./types.js";
