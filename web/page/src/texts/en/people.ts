import { plural } from "../plural.js";

const count = plural("en");

const people = {
  call: (name: string) => `Call ${name}`,
  /** A minute's price, written wherever a call may begin. */
  price: (amount: string) => `${amount} per started minute`,
  free: "Free of charge",
  enoughFor: (minutes: number) => `enough for ${count(minutes, { one: "# minute", other: "# minutes" })}`,
};

export default people;
