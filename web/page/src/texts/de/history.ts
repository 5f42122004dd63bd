import type { Texts } from "../en/index.js";
import { plural } from "../plural.js";

const count = plural("de");

const history: Texts["history"] = {
  title: "Verlauf",
  endings: {
    hung_up: { out: "Aufgelegt", in: "Aufgelegt" },
    cancelled: { out: "Abgebrochen", in: "Verpasst" },
    declined: { out: "Abgelehnt", in: "Abgelehnt" },
    busy: { out: "Besetzt", in: "Verpasst, Sie waren im Gespräch" },
    missed: { out: "Keine Antwort", in: "Verpasst" },
    unreachable: { out: "Nicht erreichbar", in: "Verpasst, Sie waren offline" },
    connect_failed: { out: "Keine Verbindung", in: "Keine Verbindung" },
    out_of_funds: { out: "Guthaben verbraucht", in: "Guthaben des Anrufers verbraucht" },
    spend_limit: { out: "Eigenes Limit erreicht", in: "Die bezahlte Zeit war vorbei" },
    lost: { out: "Verbindung verloren", in: "Verbindung verloren" },
    max_duration: { out: "Längste Dauer erreicht", in: "Längste Dauer erreicht" },
    blocked: { out: "Beendet, kein Guthaben mehr", in: "Guthaben des Anrufers verbraucht" },
    operator: { out: "Vom Betreiber beendet", in: "Vom Betreiber beendet" },
    shutdown: { out: "Server wurde neu gestartet", in: "Server wurde neu gestartet" },
    billing_unavailable: { out: "Abrechnung war nicht da", in: "Abrechnung war nicht da" },
  },
  now: "Läuft",
  unknownPerson: "Gelöschtes Konto",
  incoming: "Eingehend",
  outgoing: "Ausgehend",
  direction: "Richtung",
  outcome: "Ergebnis",
  all: "Alle",
  talked: "Gesprochen",
  missed: "Verpasst",
  declined: "Abgelehnt",
  cancelled: "Abgebrochen",
  failed: "Gescheitert",
  calls: "Anrufe",
  empty: "Noch keine Anrufe",
  emptyHint: "Hier stehen Anrufe, die Sie machen oder bekommen, und was sie kosten.",
  emptyFilter: "Keine solchen Anrufe",
  emptyFilterHint: "Wählen Sie „Alle“, um jeden Anruf zu sehen.",
  details: (name) => `Anruf mit ${name}`,
  noSuchCall: "Diesen Anruf gibt es nicht",
  with: "Mit",
  began: "Begonnen",
  talkStarted: "Gespräch ab",
  ended: "Beendet",
  ending: "Ergebnis",
  talkTime: "Gesprächszeit",
  price: "Preis",
  cost: "Kosten",
  costOf: (amount, minutes) =>
    `${amount} (${count(minutes, { one: "# angefangene Minute", other: "# angefangene Minuten" })})`,
  refunded: "Erstattet",
  free: "Nichts: nur der Anrufer zahlt",
  back: "Zurück zum Verlauf",
};

export default history;
