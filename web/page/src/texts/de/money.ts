import type { Texts } from "../en/index.js";
import { plural } from "../plural.js";

const count = plural("de");

const money: Texts["money"] = {
  topUp: "Aufladen",
  amount: "Betrag",
  otherAmount: "Anderer Betrag",
  pay: (amount) => `${amount} zahlen`,
  gives: (minutes) => `Reicht für ${count(minutes, { one: "# weitere Minute", other: "# weitere Minuten" })}.`,
  payHint: "Sie zahlen in einem Fenster des Zahlungsanbieters.",
  waiting: "Warten auf die Zahlung …",
  waitingHint: "Zahlen Sie in dem Fenster, das sich geöffnet hat. Hier geht es dann von selbst weiter.",
  blockedPopup: "Ihr Browser hat das Fenster nicht geöffnet. Öffnen Sie es hier:",
  openCheckout: "Bezahlseite öffnen",
  added: (amount) => `${amount} gutgeschrieben`,
  failed:
    "Die Zahlung kam nicht zustande. Es wurde nichts abgebucht; versuchen Sie es erneut oder zahlen Sie anders.",
  failures: {
    declined: "Die Bank hat die Zahlung abgelehnt.",
    insufficient_funds: "Für die Zahlung war nicht genug Geld da.",
    authentication_failed: "Die Bank konnte nicht bestätigen, dass Sie es sind.",
    method_unusable: "Diese Karte oder dieses Konto lässt sich nicht verwenden.",
    provider_error: "Beim Zahlungsanbieter gab es ein Problem.",
  },
  expired: "Die Zeit zum Zahlen ist vorbei. Es wurde nichts abgebucht; versuchen Sie es erneut.",
};

export default money;
