import type { Texts } from "../en/index.js";

const ui: Texts["ui"] = {
  close: "Schließen",
  cancel: "Abbrechen",
  remove: "Entfernen",
  done: "Fertig",
  tryAgain: "Erneut versuchen",
  loadMore: "Mehr laden",
  loading: "Wird geladen …",
  messages: "Meldungen",
  showPassword: "Passwort anzeigen",
  hidePassword: "Passwort verbergen",
};

export default ui;
