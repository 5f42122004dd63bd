import type { Texts } from "../en/index.js";

const frame: Texts["frame"] = {
  skip: "Zum Inhalt",
  home: "Talktime, zur Startseite",
  main: "Hauptmenü",
  people: "Personen",
  history: "Verlauf",
  statement: "Umsätze",
  settings: "Einstellungen",
  balance: (amount) => `Guthaben ${amount}, aufladen`,
  balanceNow: (amount) => `Ihr Guthaben beträgt jetzt ${amount}.`,
  accountOf: (name) => `Konto ${name}`,
  switchTo: "Wechseln zu",
  addAccount: "Konto hinzufügen",
  operators: "Für Betreiber",
  signOut: "Abmelden",
  reconnecting: "Verbindung wird wiederhergestellt …",
  sessionOver: "Sie wurden abgemeldet. Melden Sie sich an, um fortzufahren.",
  elsewhere: "Anrufe erreichen diesen Tab gerade nicht. Laden Sie die Seite neu.",
  reload: "Neu laden",
  welcome: "Willkommen! Laden Sie für Ihren ersten Anruf Guthaben auf. Angerufen zu werden kostet nichts.",
  blocked: "Sie können erst wieder anrufen, wenn Sie Guthaben aufladen",
  blockedByOperator: "Der Betreiber hat Sie für Anrufe gesperrt. Fragen Sie ihn nach dem Grund.",
  notFound: "Hier ist nichts",
  notFoundHint: "Die Adresse stimmt nicht, oder es gibt ihr Ziel nicht mehr.",
  toPeople: "Zu den Personen",
  notShown: "Hier fehlt etwas",
  brokenScreen: "Diese Ansicht konnte nicht geladen werden. Laden Sie die Seite neu.",
};

export default frame;
