import type { Action, AuditedAct } from "@talktime/client/operators";
import { moment, money } from "../format.js";
import { accountAddress, asking, callAddress, OPERATORS } from "./address.js";
import { o } from "./words.js";

/** A line of the log: what was done, by whom, about whom, why, and how much. */
export function Act({ act }: { act: AuditedAct }) {
  const texts = o().log;
  return (
    <li>
      <div class="row-text">
        <span class="row-title">{texts.actions[act.action]}</span>
        <div class="row-detail">
          <time dateTime={act.created_at}>{moment(act.created_at)}</time>
          <span>
            {act.actor_id ? (
              <a href={asking(`${OPERATORS}/log`, { actor: act.actor_id })}>{texts.by(act.actor_name)}</a>
            ) : (
              texts.commandLine
            )}
          </span>
          {act.account_id && (
            <span>
              <a href={accountAddress(act.account_id)}>{texts.account}</a>
            </span>
          )}
          {act.call_id && (
            <span>
              <a href={callAddress(act.call_id)}>{texts.call}</a>
            </span>
          )}
        </div>
        {act.reason && <p class="desk-reason">{act.reason}</p>}
      </div>
      <Amounts act={act} />
    </li>
  );
}

/** Of which there is a price before and after. */
const PRICES: ReadonlySet<Action> = new Set(["price.set", "asking_price.set", "default_price.set"] as const);
/** Of which the amount says it all. */
const MOVES: ReadonlySet<Action> = new Set(["call.refunded", "payment.refunded", "payout.recorded"] as const);

function Amounts({ act: { action, details } }: { act: AuditedAct }) {
  const texts = o().log;
  const { currency } = details;
  if (typeof currency !== "string") return null;
  const amount = (name: string) =>
    details[name] == null ? o().prices.none : money(Number(details[name]), currency);
  if (PRICES.has(action))
    return <span class="row-end amount">{texts.from(amount("price_before_minor"), amount("price_minor"))}</span>;
  if (MOVES.has(action)) return <span class="row-end amount">{amount("amount_minor")}</span>;
  if (action !== "balance.adjusted") return null;
  const sign = Number(details.amount_minor) > 0 ? "+" : "";
  return (
    <div class="row-end">
      <span class="amount">{sign + amount("amount_minor")}</span>
      <span class="amount muted small">
        {texts.from(amountBefore(details, currency), amount("balance_after_minor"))}
      </span>
    </div>
  );
}

function amountBefore(details: AuditedAct["details"], currency: string): string {
  return money(Number(details.balance_after_minor) - Number(details.amount_minor), currency);
}
