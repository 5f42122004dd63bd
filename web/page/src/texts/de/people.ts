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
  presence: {
    available: "Erreichbar",
    busy: "Im Gespräch",
    do_not_disturb: "Nicht stören",
    offline: "Nicht verbunden",
  },
  lastSeen: (when) => `zuletzt gesehen: ${when}`,
  wouldNotRing: "Ein Anruf würde jetzt nicht klingeln.",
  more: (name) => `Mehr zu ${name}`,
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
