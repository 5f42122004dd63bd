import { plural } from "../plural.js";

const count = plural("en");

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
    kinds: { top_up: "Top-up", charge: "Call", refund: "Refund", adjustment: "Correction", forfeit: "Given up" },
  },
};

export default money;
