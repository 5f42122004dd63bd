import type { EndReason } from "@talktime/client";
import { plural } from "../plural.js";

const count = plural("en");

/** How a call ended, in a few words, as its caller (`out`) and its callee (`in`) see it. */
const endings: Record<EndReason, { out: string; in: string }> = {
  hung_up: { out: "Hung up", in: "Hung up" },
  cancelled: { out: "Cancelled", in: "Missed" },
  declined: { out: "Declined", in: "Declined" },
  busy: { out: "Busy", in: "Missed, you were in a call" },
  missed: { out: "No answer", in: "Missed" },
  unreachable: { out: "Not reachable", in: "Missed, you were offline" },
  connect_failed: { out: "Could not connect", in: "Could not connect" },
  out_of_funds: { out: "Credit used up", in: "The caller's credit was used up" },
  spend_limit: { out: "Own limit reached", in: "The paid time was over" },
  lost: { out: "Connection lost", in: "Connection lost" },
  max_duration: { out: "Longest call reached", in: "Longest call reached" },
  blocked: { out: "Ended, no credit left", in: "The caller's credit was used up" },
  operator: { out: "Ended by an operator", in: "Ended by an operator" },
  shutdown: { out: "Server was restarted", in: "Server was restarted" },
  billing_unavailable: { out: "Billing was away", in: "Billing was away" },
};

const history = {
  title: "History",
  endings,
  now: "Going on",
  unknownPerson: "Deleted account",
  incoming: "Incoming",
  outgoing: "Outgoing",
  direction: "Direction",
  outcome: "Outcome",
  all: "All",
  talked: "Talked",
  missed: "Missed",
  declined: "Declined",
  cancelled: "Cancelled",
  failed: "Failed",
  calls: "Calls",
  empty: "No calls yet",
  emptyHint: "Calls that you make or get are listed here, with what they cost.",
  emptyFilter: "No calls like these",
  emptyFilterHint: "Choose “All” to see every call.",
  details: (name: string) => `Call with ${name}`,
  noSuchCall: "No such call",
  with: "With",
  began: "Began",
  talkStarted: "Talk began",
  ended: "Ended",
  ending: "Outcome",
  talkTime: "Talk time",
  price: "Price",
  cost: "Cost",
  costOf: (amount: string, minutes: number) =>
    `${amount} (${count(minutes, { one: "# started minute", other: "# started minutes" })})`,
  refunded: "Refunded",
  free: "Nothing: only the caller pays",
  back: "Back to History",
};

export default history;
