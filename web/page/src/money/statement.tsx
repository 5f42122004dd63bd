import type { WalletState } from "@talktime/client";
import { money } from "../format.js";
import { useLoad, usePages } from "../load.js";
import { talktime, wallet } from "../talktime.js";
import { t } from "../texts/index.js";
import { m } from "../texts/own.js";
import { Button } from "../ui/button.js";
import { EmptyState } from "../ui/empty-state.js";
import { Loading, Pages } from "../ui/loaded.js";
import { Screen } from "../ui/screen.js";
import { Download } from "./download.js";
import { Entry } from "./entry.js";
import { openTopUp } from "./open-top-up.js";
import { PriceLine } from "./price-line.js";
import { SpendingChart } from "./spending-chart.js";
import "./statement.css";

/** `/statement`: what there is, what was spent, and every movement of the wallet. */
export function Statement() {
  const state = wallet.value;
  const texts = m().statement;
  const version = state?.version ?? 0;
  const pages = usePages((options) => talktime.api.entries(options), [version]);
  return (
    <Screen title={texts.title}>
      {state ? <Balance state={state} /> : <Loading />}
      <EarningsLink version={version} />
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
      <Download name="statement" load={(days) => talktime.api.entriesFile(days)} />
    </Screen>
  );
}

/** The way to what one earns, for who earns, or has earned something that is still to be paid out. */
function EarningsLink({ version }: { version: number }) {
  const { data } = useLoad((signal) => talktime.api.earnings(signal), [version]);
  if (!data || (data.earned_minor === 0 && data.earning_share_bp === 0)) return null;
  return (
    <p class="card">
      <a href="/earnings">{m().statement.toEarnings(money(data.earned_minor, data.currency))}</a>
    </p>
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
