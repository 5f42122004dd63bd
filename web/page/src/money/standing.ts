import type { WalletState } from "@talktime/client";

export type Standing =
  /** By an operator: no payment helps. */
  | "operator"
  /** There was money, and it is used up. */
  | "blocked"
  /** There was no money yet. */
  | "new";

/** Return why somebody cannot call; null where they can. */
export function standingOf(wallet: WalletState): Standing | null {
  if (wallet.blocked_by_operator) return "operator";
  if (wallet.blocked) return "blocked";
  // A minute that is held is one that can be paid: then a call goes on.
  if (wallet.held_minor > 0 || wallet.minutes_affordable !== 0) return null;
  return wallet.balance_minor > 0 ? "blocked" : "new";
}
