import { plural } from "../plural.js";

const count = plural("en");

const people = {
  title: "People",
  find: "Find people",
  findHint: "Find people by user name",
  clear: "Clear",
  results: "Results",
  found: (people: number) => count(people, { one: "# person found", other: "# people found" }),
  nobody: (text: string) => `Nobody is called “${text}”`,
  nobodyHint: "Check the spelling, or try a shorter part of the name.",
  recent: "Recent calls",
  noCalls: "No calls yet",
  noCallsHint: "Find somebody by their user name and call them. Ringing costs nothing.",
  callsWith: "Your calls",
  call: (name: string) => `Call ${name}`,
  callShort: "Call",
  you: "This is you",
  presence: { available: "Available", busy: "In a call", do_not_disturb: "Do not disturb", offline: "Offline" },
  lastSeen: (when: string) => `last seen ${when}`,
  /** Beside the button that calls; the server decides. */
  wouldNotRing: "A call would not ring now.",
  /** Opens what can be done about somebody. */
  more: (name: string) => `More about ${name}`,
  /** A minute's price, written wherever a call may begin. */
  price: (amount: string) => `${amount} per started minute`,
  free: "Free of charge",
  /** A price per minute begins after so much talk. */
  freeFirst: (clock: string) => `first ${clock} free`,
  freeUpTo: (clock: string) => `nothing up to ${clock}`,
  limitAllows: (minutes: number) => `your limits allow ${count(minutes, { one: "# minute", other: "# minutes" })}`,
  atMost: (clock: string) => `at most ${clock}`,
  notEnough: "not enough for a minute",
  enoughFor: (minutes: number) => `enough for ${count(minutes, { one: "# minute", other: "# minutes" })}`,
};

export default people;
