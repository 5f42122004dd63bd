import type { Payment } from "@talktime/client";
import { plural } from "../plural.js";

const count = plural("en");

/** Why the provider could not take the money. */
const failures: Record<NonNullable<Payment["failure"]>, string> = {
  declined: "The bank declined the payment.",
  insufficient_funds: "There was not enough money for the payment.",
  authentication_failed: "The bank could not confirm that it was you.",
  method_unusable: "This card or account cannot be used.",
  provider_error: "The payment provider had a problem.",
};

const money = {
  topUp: "Top up",
  amount: "Amount",
  otherAmount: "Other amount",
  pay: (amount: string) => `Pay ${amount}`,
  gives: (minutes: number) => `Enough for ${count(minutes, { one: "# more minute", other: "# more minutes" })}.`,
  payHint: "You pay in a window of the payment provider.",
  waiting: "Waiting for the payment…",
  waitingHint: "Pay in the window that opened. This dialog notices by itself.",
  blockedPopup: "Your browser did not open the window. Open it here:",
  openCheckout: "Open checkout",
  added: (amount: string) => `${amount} added`,
  failed: "The payment was not made. Nothing was charged; try again or pay another way.",
  failures,
  expired: "The time to pay is over. Nothing was charged; try again.",
  statement: {
    title: "Statement",
    available: "Available",
    held: (amount: string) => `${amount} more are held for the call that is going on.`,
    chart: "Spending by day",
    chartTotal: (amount: string, days: number) =>
      `${amount} in the last ${count(days, { one: "# day", other: "# days" })}`,
    chartMost: (amount: string, day: string) => `most on ${day}: ${amount}`,
    chartPartial: (day: string, entries: number) =>
      `Only your newest ${entries} transactions are counted here, back to ${day}. Before, and on that day, it may have been more.`,
    nothingSpent: (days: number) => `Nothing spent in the last ${count(days, { one: "# day", other: "# days" })}.`,
    asTable: "Show as a table",
    day: "Day",
    spent: "Spent",
    entries: "Entries",
    empty: "No entries yet",
    emptyHint: "Payments and the cost of your calls are listed here.",
    balanceAfter: (amount: string) => `Balance ${amount}`,
    kinds: {
      top_up: "Top-up",
      charge: "Call",
      refund: "Refund",
      adjustment: "Correction",
      forfeit: "Given up",
      payout: "Paid out",
      payment_refund: "Top-up paid back",
      payment_refund_failed: "Top-up could not be paid back",
    },
  },
};

export default money;
