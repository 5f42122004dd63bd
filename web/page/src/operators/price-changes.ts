/** How prices came about, line by line. */
import type { PriceChange } from "@talktime/client/operators";
import { money } from "../format.js";
import { percent } from "../money/shares.js";
import { locale } from "../texts/index.js";
import type { Row } from "./record-list.js";
import { o } from "./words.js";

/** Return the line of a change: what, when, by whom and why, from what and to what. */
export function priceChange(change: PriceChange): Row {
  const texts = o().prices;
  return {
    id: change.id,
    title: texts.kinds[change.what],
    at: change.created_at,
    detail: `${o().log.by(change.actor_name)}, ${change.reason}`,
    amount: o().log.from(valueText(change, change.before), valueText(change, change.after)),
  };
}

function valueText({ what, currency }: PriceChange, value: number | null): string {
  if (value === null) return o().prices.none;
  return what === "earning_share" ? percent(value, locale.value) : money(value, currency);
}
