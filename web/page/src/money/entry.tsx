import type { StatementEntry } from "@talktime/client";
import { day, moment, money } from "../format.js";
import { m } from "../texts/own.js";
import { Icon, type IconName } from "../ui/icon.js";
import "../ui/rows.css";
import "./statement.css";

const ICONS = {
  top_up: "card",
  charge: "phone",
  refund: "back",
  adjustment: "statement",
  forfeit: "statement",
  payout: "wallet",
  payment_refund: "card",
  payment_refund_failed: "card",
} as const satisfies Record<StatementEntry["kind"], IconName>;

/** A movement of money, and what there was then. */
export function Entry({ entry }: { entry: StatementEntry }) {
  const texts = m().statement;
  const { kind, amount_minor: amount, currency } = entry;
  const label = texts.kinds[kind];
  return (
    <li>
      <span class={amount < 0 ? "entry-icon" : "entry-icon good-entry"}>
        <Icon name={ICONS[kind]} />
      </span>
      <div class="row-text">
        {entry.call_id ? (
          <a class="row-title row-link" href={`/history/${entry.call_id}`}>
            {label}
          </a>
        ) : (
          <span class="row-title">{label}</span>
        )}
        <div class="row-detail">
          <time dateTime={entry.occurred_at}>{moment(entry.occurred_at)}</time>
          {day(new Date(entry.created_at)) !== day(new Date(entry.occurred_at)) && (
            <span>{texts.booked(moment(entry.created_at))}</span>
          )}
        </div>
      </div>
      <div class="row-end">
        <span class={amount < 0 ? "amount" : "amount good-amount"}>
          {amount > 0 && "+"}
          {money(amount, currency)}
        </span>
        <span class="amount muted small">{texts.balanceAfter(money(entry.balance_after_minor, currency))}</span>
      </div>
    </li>
  );
}
