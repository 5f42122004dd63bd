import { money } from "../format.js";
import { wallet } from "../talktime.js";
import { t } from "../texts/index.js";
import "./price-line.css";

/** What a minute costs, and for how many there is credit. */
export function PriceLine() {
  const state = wallet.value;
  if (!state) return null;
  const texts = t().people;
  const minutes = state.minutes_affordable;
  if (state.price_minor === 0) return <p class="muted">{texts.free}</p>;
  return (
    <p class="price-line">
      <span>{texts.price(money(state.price_minor, state.currency))}</span>
      {minutes !== null && <span>{minutes ? texts.enoughFor(minutes) : texts.notEnough}</span>}
    </p>
  );
}
