import type { Texts } from "../en/index.js";
import { plural } from "../plural.js";

const count = plural("de");

const people: Texts["people"] = {
  call: (name) => `${name} anrufen`,
  price: (amount) => `${amount} je angefangene Minute`,
  free: "Kostenlos",
  enoughFor: (minutes) => `reicht für ${count(minutes, { one: "# Minute", other: "# Minuten" })}`,
};

export default people;
