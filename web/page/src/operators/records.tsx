import type { CallView, Payment, StatementEntry } from "@talktime/client";
import type { AccountDetails } from "@talktime/client/operators";
import { useId, useState } from "preact/hooks";
import { duration, moment, money } from "../format.js";
import { type LoadedPages, usePages } from "../load.js";
import { t } from "../texts/index.js";
import { Choice } from "../ui/choice.js";
import { EmptyState } from "../ui/empty-state.js";
import { Icon, type IconName } from "../ui/icon.js";
import { Pages } from "../ui/loaded.js";
import { asking, callAddress, OPERATORS } from "./address.js";
import { operators } from "./operators.js";
import { outcomeText } from "./outcomes.js";
import { o } from "./words.js";
import "../ui/rows.css";

const KINDS = ["statement", "calls", "payments"] as const;
type Kind = (typeof KINDS)[number];

/** What was booked, called and paid, and what operators did. */
export function Records({ account }: { account: AccountDetails }) {
  const [kind, setKind] = useState<Kind>("statement");
  const id = useId();
  const texts = o().account;
  const List = LISTS[kind];
  return (
    <section class="stack" aria-labelledby={id}>
      <div class="desk-head">
        <h2 id={id}>{texts.records}</h2>
        <a class="back" href={asking(`${OPERATORS}/log`, { account: account.id })}>
          {texts.log}
        </a>
      </div>
      <Choice<Kind>
        label={o().accounts.status}
        value={kind}
        options={KINDS.map((value) => ({ value, label: texts[value] }))}
        onChange={setKind}
      />
      <List key={kind} account={account} />
    </section>
  );
}

const LISTS = { statement: Entries, calls: Calls, payments: Payments };

function Entries({ account }: { account: AccountDetails }) {
  const pages = usePages((page) => operators.api.entries(account.id, page), [account.id, account.wallet.version]);
  return (
    <List pages={pages} icon="statement" empty={o().account.noEntries} name={o().account.statement} row={entry} />
  );
}

function Calls({ account }: { account: AccountDetails }) {
  const pages = usePages((page) => operators.api.callsOf(account.id, page), [account.id, account.in_call_id]);
  return <List pages={pages} icon="phone" empty={o().account.noCalls} name={o().account.calls} row={call} />;
}

function Payments({ account }: { account: AccountDetails }) {
  const pages = usePages((page) => operators.api.payments(account.id, page), [account.id, account.wallet.version]);
  return (
    <List pages={pages} icon="card" empty={o().account.noPayments} name={o().account.payments} row={payment} />
  );
}

interface Row {
  id: number | string;
  title: string;
  href?: string | undefined;
  at: string;
  detail?: string | undefined;
  amount: string;
  after?: string | undefined;
}

interface ListProps<Item> {
  pages: LoadedPages<Item>;
  icon: IconName;
  name: string;
  empty: string;
  row: (item: Item) => Row;
}

function List<Item>({ pages, icon, name, empty, row }: ListProps<Item>) {
  return (
    <Pages pages={pages} empty={<EmptyState icon={icon} title={empty} />}>
      <ul class="rows" aria-label={name}>
        {pages.items?.map(row).map(({ id, title, href, at, detail, amount, after }) => (
          <li key={id}>
            <Icon name={icon} />
            <div class="row-text">
              {href ? (
                <a class="row-title row-link" href={href}>
                  {title}
                </a>
              ) : (
                <span class="row-title">{title}</span>
              )}
              <div class="row-detail">
                <time dateTime={at}>{moment(at)}</time>
                {detail && <span>{detail}</span>}
              </div>
            </div>
            <div class="row-end">
              <span class="amount">{amount}</span>
              {after && <span class="amount muted small">{after}</span>}
            </div>
          </li>
        ))}
      </ul>
    </Pages>
  );
}

function entry(entry: StatementEntry): Row {
  const texts = t().money.statement;
  const { id, kind, amount_minor: amount, currency, occurred_at: at, call_id } = entry;
  return {
    id,
    title: texts.kinds[kind],
    href: call_id ? callAddress(call_id) : undefined,
    at,
    amount: (amount > 0 ? "+" : "") + money(amount, currency),
    after: texts.balanceAfter(money(entry.balance_after_minor, currency)),
  };
}

function call(call: CallView): Row {
  const { id, direction, other, authorized_at: at, talk_ms, charge_minor: charge, currency } = call;
  return {
    id,
    title: o().account.withSomeone(other?.user_name ?? o().accounts.deleted),
    href: callAddress(id),
    at,
    detail: `${t().history[direction]}, ${outcomeText(call.reason)}`,
    amount: talk_ms ? duration(talk_ms) : "",
    after: charge && currency ? money(charge, currency) : undefined,
  };
}

function payment(payment: Payment): Row {
  const { id, amount_minor: amount, currency, created_at: at, provider, status, refunded_minor: back } = payment;
  const texts = o().account;
  const said = [
    payment.failure && t().money.failures[payment.failure],
    back > 0 && texts.refunded(money(back, currency)),
  ];
  return {
    id,
    title: texts.payment(provider),
    at,
    detail: said.filter(Boolean).join(" ") || undefined,
    amount: money(amount, currency),
    after: texts.paymentStates[status],
  };
}
