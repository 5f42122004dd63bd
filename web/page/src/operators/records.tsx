import type { CallView, Payment, StatementEntry } from "@talktime/client";
import type { AccountDetails } from "@talktime/client/operators";
import { useId, useState } from "preact/hooks";
import { duration, moment, money } from "../format.js";
import { usePages } from "../load.js";
import { t } from "../texts/index.js";
import { m } from "../texts/own.js";
import { Button } from "../ui/button.js";
import { Choice } from "../ui/choice.js";
import { asking, callAddress, OPERATORS } from "./address.js";
import { payableBackOf } from "./giving-back.js";
import { operator, operators } from "./operators.js";
import { outcomeText } from "./outcomes.js";
import { PayBackDialog } from "./pay-back-dialog.js";
import { priceChange } from "./price-changes.js";
import { RecordList, type Row } from "./record-list.js";
import { o } from "./words.js";

const KINDS = ["statement", "earnings", "calls", "payments", "prices"] as const;
type Kind = (typeof KINDS)[number];

interface RecordsProps {
  account: AccountDetails;
  onDone: () => void;
}

/** What was booked, called and paid, and what operators did. */
export function Records({ account, onDone }: RecordsProps) {
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
      <List key={kind} account={account} onDone={onDone} />
    </section>
  );
}

const LISTS = { statement: Entries, earnings: EarningEntries, calls: Calls, payments: Payments, prices: Prices };

function Entries({ account }: RecordsProps) {
  const pages = usePages((page) => operators.api.entries(account.id, page), [account.id, account.wallet.version]);
  return (
    <RecordList
      pages={pages}
      icon="statement"
      empty={o().account.noEntries}
      name={o().account.statement}
      row={entry}
    />
  );
}

function EarningEntries({ account }: RecordsProps) {
  const pages = usePages(
    (page) => operators.api.earningEntries(account.id, page),
    [account.id, account.wallet.version],
  );
  const texts = o().account;
  return <RecordList pages={pages} icon="wallet" empty={texts.noEntries} name={texts.earnings} row={entry} />;
}

function Prices({ account }: RecordsProps) {
  const { id, asking_price_minor: asking, earning_share_bp: share, wallet } = account;
  const changed = [id, wallet.price_minor, asking, share];
  const pages = usePages((page) => operators.money.priceChanges(id, page), changed);
  const texts = o().prices;
  return (
    <RecordList pages={pages} icon="clock" empty={texts.noChanges} name={o().account.prices} row={priceChange} />
  );
}

function Calls({ account }: RecordsProps) {
  const pages = usePages((page) => operators.api.callsOf(account.id, page), [account.id, account.in_call_id]);
  return <RecordList pages={pages} icon="phone" empty={o().account.noCalls} name={o().account.calls} row={call} />;
}

function Payments({ account, onDone }: RecordsProps) {
  const pages = usePages((page) => operators.api.payments(account.id, page), [account.id, account.wallet.version]);
  const [open, setOpen] = useState<Payment | null>(null);
  const isOwn = account.id === operator.value?.id;
  const act = (payment: Payment) => {
    if (isOwn || payableBackOf(payment, account.wallet.available_minor) === 0) return null;
    const { amount_minor: amount, currency, created_at: at } = payment;
    const { name, of } = o().acts.payBack;
    return (
      <Button small aria-label={of(money(amount, currency), moment(at))} onClick={() => setOpen(payment)}>
        {name}
      </Button>
    );
  };
  const texts = o().account;
  return (
    <>
      <RecordList
        pages={pages}
        icon="card"
        empty={texts.noPayments}
        name={texts.payments}
        row={payment}
        act={act}
      />
      {open && (
        <PayBackDialog
          account={account}
          name={account.user_name ?? o().accounts.deleted}
          payment={open}
          onDone={onDone}
          onClose={() => setOpen(null)}
        />
      )}
    </>
  );
}

function entry(entry: StatementEntry): Row {
  const texts = m().statement;
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
