import type { Texts } from "../en/index.js";
import { plural } from "../plural.js";

const count = plural("de");

const people: Texts["people"] = {
  title: "Personen",
  find: "Personen suchen",
  findHint: "Nach Benutzernamen suchen",
  clear: "Leeren",
  results: "Ergebnisse",
  found: (people) => count(people, { one: "# Person gefunden", other: "# Personen gefunden" }),
  nobody: (text) => `Niemand heißt „${text}“`,
  nobodyHint: "Prüfen Sie die Schreibweise, oder suchen Sie nach einem kürzeren Teil des Namens.",
  recent: "Letzte Anrufe",
  noCalls: "Noch keine Anrufe",
  noCallsHint: "Suchen Sie jemanden nach dem Benutzernamen und rufen Sie an. Klingeln kostet nichts.",
  callsWith: "Ihre Anrufe",
  call: (name) => `${name} anrufen`,
  callShort: "Anrufen",
  you: "Das sind Sie",
  refuseCalls: "Anrufe abweisen",
  refuseCallsOf: (name) => `Anrufe abweisen von ${name}`,
  callsRefused: (name) => `Anrufe von ${name} erreichen Sie nicht mehr.`,
  refusedNow: (name) => `Sie weisen Anrufe von ${name} ab und können dort nicht anrufen.`,
  allowCalls: "Anrufe wieder zulassen",
  allowCallsOf: (name) => `Anrufe wieder zulassen von ${name}`,
  callsAllowed: (name) => `Anrufe von ${name} erreichen Sie wieder.`,
  addContact: "Zu den Kontakten",
  addContactOf: (name) => `Zu den Kontakten: ${name}`,
  contactAdded: (name) => `${name} gehört jetzt zu Ihren Kontakten.`,
  removeContact: "Aus den Kontakten entfernen",
  removeContactOf: (name) => `Aus den Kontakten entfernen: ${name}`,
  contactRemoved: (name) => `${name} gehört nicht mehr zu Ihren Kontakten.`,
  price: (amount) => `${amount} je angefangene Minute`,
  free: "Kostenlos",
  freeFirst: (clock) => `die ersten ${clock} frei`,
  freeUpTo: (clock) => `bis ${clock} kostenlos`,
  limitAllows: (minutes) => `Ihre Limits erlauben ${count(minutes, { one: "# Minute", other: "# Minuten" })}`,
  atMost: (clock) => `höchstens ${clock}`,
  notEnough: "reicht nicht für eine Minute",
  enoughFor: (minutes) => `reicht für ${count(minutes, { one: "# Minute", other: "# Minuten" })}`,
};

export default people;
