import type { StatementEntry, WalletState } from "@talktime/client";
import { moment, money } from "../format.js";
import { usePages } from "../load.js";
import { talktime, wallet } from "../talktime.js";
import { t } from "../texts/index.js";
import { m } from "../texts/own.js";
import { Button } from "../ui/button.js";
import { EmptyState } from "../ui/empty-state.js";
import { Icon, type IconName } from "../ui/icon.js";
import { Loading, Pages } from "../ui/loaded.js";
import { Screen } from "../ui/screen.js";
import { openTopUp } from "./open-top-up.js";
import { PriceLine } from "./price-line.js";
import { SpendingChart } from "./spending-chart.js";
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

/** `/statement`: what there is, what was spent, and every movement of the wallet. */
export function Statement() {
  const state = wallet.value;
  const texts = m().statement;
  const version = state?.version ?? 0;
  const pages = usePages((options) => talktime.api.entries(options), [version]);
  return (
    <Screen title={texts.title}>
      {state ? <Balance state={state} /> : <Loading />}
      {state && <SpendingChart currency={state.currency} version={version} />}
      <section class="stack" aria-labelledby="entries">
        <h2 id="entries">{texts.entries}</h2>
        <Pages
          pages={pages}
          empty={
            <EmptyState icon="statement" title={texts.empty}>
              {texts.emptyHint}
            </EmptyState>
          }
        >
          <ul class="rows" aria-labelledby="entries">
            {pages.items?.map((entry) => (
              <Entry key={entry.id} entry={entry} />
            ))}
          </ul>
        </Pages>
      </section>
    </Screen>
  );
}

function Balance({ state }: { state: WalletState }) {
  const texts = m().statement;
  return (
    <div class="card statement-balance">
      <div>
        <p class="muted">{texts.available}</p>
        <p class="statement-amount amount">{money(state.available_minor, state.currency)}</p>
        <PriceLine />
        {state.held_minor > 0 && <p class="muted">{texts.held(money(state.held_minor, state.currency))}</p>}
      </div>
      <Button kind="primary" icon="plus" onClick={() => openTopUp()}>
        {t().money.topUp}
      </Button>
    </div>
  );
}

function Entry({ entry }: { entry: StatementEntry }) {
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
