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
};

export default money;
