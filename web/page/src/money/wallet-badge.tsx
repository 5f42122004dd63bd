import { money } from "../format.js";
import { wallet } from "../talktime.js";
import { t } from "../texts/index.js";
import { Icon } from "../ui/icon.js";
import { openTopUp } from "./open-top-up.js";
import "./wallet-badge.css";

/** What can be spent now; opens the top-up. */
export function WalletBadge() {
  const state = wallet.value;
  if (!state) return null;
  const amount = money(state.available_minor, state.currency);
  return (
    <button type="button" class="wallet-badge" aria-label={t().frame.balance(amount)} onClick={() => openTopUp()}>
      <span class="amount">{amount}</span>
      <Icon name="plus" size={18} />
    </button>
  );
}
