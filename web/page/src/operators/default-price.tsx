import { useState } from "preact/hooks";
import { money } from "../format.js";
import { useLoad, usePages } from "../load.js";
import { Button } from "../ui/button.js";
import { LoadFailure } from "../ui/loaded.js";
import { Card, Fact } from "./facts.js";
import { operators } from "./operators.js";
import { priceChange } from "./price-changes.js";
import { SetPriceDialog } from "./price-dialog.js";
import { RecordList } from "./record-list.js";
import { o } from "./words.js";

/** What a minute costs who registers from now on, and how that came about. */
export function DefaultPrice() {
  const { data, error, again } = useLoad((signal) => operators.money.defaultPrice(signal), []);
  const pages = usePages((page) => operators.money.defaultPriceChanges(page), [data?.changed_at]);
  const [open, setOpen] = useState(false);
  const texts = o().prices;
  if (!data) return error ? <LoadFailure error={error} again={again} /> : null;
  const { price_minor: price, currency } = data;
  return (
    <Card title={texts.newAccounts}>
      <dl class="facts">
        <Fact term={o().account.price}>{price ? money(price, currency) : o().acts.price.free}</Fact>
      </dl>
      <Button onClick={() => setOpen(true)}>{o().acts.price.name}</Button>
      {pages.items && pages.items.length > 0 && (
        <RecordList pages={pages} icon="clock" empty={texts.noChanges} name={texts.changes} row={priceChange} />
      )}
      {open && (
        <SetPriceDialog
          title={texts.newAccounts}
          hint={texts.defaultHint}
          currency={currency}
          nowMinor={price}
          set={(priceMinor, reason) => operators.money.setDefaultPrice(priceMinor, reason)}
          done={texts.defaultDone}
          onDone={again}
          onClose={() => setOpen(false)}
        />
      )}
    </Card>
  );
}
