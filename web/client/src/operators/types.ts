/** What operators see and do, under short names; fields are named as on the wire. */

import type { components, paths } from "../generated/rest.js";

type Schemas = components["schemas"];

/** All of an account. */
export type AccountDetails = Schemas["AccountDetails"];
/** Which accounts to list. */
export type AccountStatus = NonNullable<
  NonNullable<paths["/v1/operator/accounts"]["get"]["parameters"]["query"]>["status"]
>;
export type AccountSummary = Schemas["AccountSummary"];
/** What an entry of the audit log is about. */
export type Action = Schemas["Action"];
export type Adjustment = Schemas["Adjustment"];
export type AuditedAct = Schemas["AuditedAct"];
export type CallParty = Schemas["CallParty"];
/** One call attempt, with both its parties. */
export type CallRecord = Schemas["CallRecord"];
/** Money of a call that went back. */
export type CallRefund = Schemas["CallRefund"];
/** What a minute costs new accounts. */
export type DefaultPrice = Schemas["DefaultPriceView"];
export type EndAsked = Schemas["EndAsked"];
/** The installation in numbers. */
export type Figures = Schemas["Figures"];
export type OperatorSession = Schemas["OperatorSession"];
/** Money of a payment on its way back. */
export type PaymentRefund = Schemas["PaymentRefundView"];
export type PaymentRefunds = Schemas["PaymentRefunds"];
export type Payout = Schemas["Payout"];
/** One price that changed. */
export type PriceChange = Schemas["PriceChangeView"];
/** What calls came to since some day. */
export type Turnover = Schemas["Turnover"];
