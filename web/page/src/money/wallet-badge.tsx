import { useEffect, useRef } from "preact/hooks";
import { money } from "../format.js";
import { currentCall, wallet } from "../talktime.js";
import { t } from "../texts/index.js";
import { announce } from "../ui/announce.js";
import { Icon } from "../ui/icon.js";
import { openTopUp } from "./open-top-up.js";
import "./wallet-badge.css";

/** What can be spent now; opens the top-up. */
export function WalletBadge() {
  const state = wallet.value;
  const amount = state ? money(state.available_minor, state.currency) : null;
  const said = useRef(amount);
  useEffect(() => {
    const before = said.current;
    said.current = amount;
    // In a call each minute changes it; the call itself says what it costs.
    if (before !== null && amount !== null && amount !== before && !currentCall.peek())
      announce(t().frame.balanceNow(amount));
  }, [amount]);
  if (amount === null) return null;
  return (
    <button type="button" class="wallet-badge" aria-label={t().frame.balance(amount)} onClick={() => openTopUp()}>
      <span class="amount">{amount}</span>
      <Icon name="plus" size={18} />
    </button>
  );
}
