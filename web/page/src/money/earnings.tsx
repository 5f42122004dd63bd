import type { Earnings as Facts } from "@talktime/client";
import { money } from "../format.js";
import { useLoad, usePages } from "../load.js";
import { talktime, wallet } from "../talktime.js";
import { locale } from "../texts/index.js";
import { m } from "../texts/own.js";
import { EmptyState } from "../ui/empty-state.js";
import { Icon } from "../ui/icon.js";
import { LoadFailure, Loading, Pages } from "../ui/loaded.js";
import { Screen } from "../ui/screen.js";
import { Download } from "./download.js";
import { Entry } from "./entry.js";
import { priceText } from "./quote.js";
import { percent } from "./shares.js";

/** `/earnings`: what one has to get for calls that one took, and every movement of it. */
export function Earnings() {
  const version = wallet.value?.version ?? 0;
  const { data, error, again } = useLoad((signal) => talktime.api.earnings(signal), [version]);
  const pages = usePages((options) => talktime.api.earningEntries(options), [version]);
  const texts = m().earnings;
  return (
    <Screen
      title={texts.title}
      lead={
        <a class="back" href="/statement">
          <Icon name="back" /> {texts.back}
        </a>
      }
    >
      {data && <Earned facts={data} />}
      {!data && (error ? <LoadFailure error={error} again={again} /> : <Loading />)}
      <section class="stack" aria-labelledby="entries">
        <h2 id="entries">{m().statement.entries}</h2>
        <Pages
          pages={pages}
          empty={
            <EmptyState icon="wallet" title={m().statement.empty}>
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
      <Download name="earnings" load={(days) => talktime.api.earningEntriesFile(days)} />
    </Screen>
  );
}

function Earned({ facts }: { facts: Facts }) {
  const { earned_minor: earned, currency, asking_price_minor: asking, earning_share_bp: share } = facts;
  const texts = m().earnings;
  return (
    <div class="card">
      <p class="muted">{texts.earned}</p>
      <p class="statement-amount amount">{money(earned, currency)}</p>
      <p class="muted">{asking === null ? texts.ownPrice : texts.asking(priceText(asking, currency))}</p>
      <p class="muted">{texts.share(percent(share, locale.value))}</p>
    </div>
  );
}
