import type { Texts } from "../en/index.js";

const common: Texts["common"] = {
  close: "Schließen",
  cancel: "Abbrechen",
  done: "Fertig",
  tryAgain: "Erneut versuchen",
  loadMore: "Mehr laden",
  loading: "Wird geladen …",
  messages: "Meldungen",
  showPassword: "Passwort anzeigen",
  hidePassword: "Passwort verbergen",
};

export default common;
