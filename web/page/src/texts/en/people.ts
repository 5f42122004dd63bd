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
  /** Never “block”: who is blocked has no money. */
  refuseCalls: "Refuse calls",
  refuseCallsOf: (name: string) => `Refuse calls from ${name}`,
  callsRefused: (name: string) => `Calls from ${name} do not reach you any more.`,
  refusedNow: (name: string) => `You refuse calls from ${name}, and cannot call them.`,
  allowCalls: "Allow calls again",
  allowCallsOf: (name: string) => `Allow calls again from ${name}`,
  callsAllowed: (name: string) => `Calls from ${name} reach you again.`,
  addContact: "Add to contacts",
  addContactOf: (name: string) => `Add to contacts: ${name}`,
  contactAdded: (name: string) => `${name} is one of your contacts now.`,
  removeContact: "Remove from contacts",
  removeContactOf: (name: string) => `Remove from contacts: ${name}`,
  contactRemoved: (name: string) => `${name} is no longer one of your contacts.`,
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
