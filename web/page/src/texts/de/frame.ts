import type { Texts } from "../en/index.js";

const frame: Texts["frame"] = {
  skip: "Zum Inhalt",
  home: "Talktime, zur Startseite",
  main: "Hauptmenü",
  people: "Personen",
  history: "Verlauf",
  statement: "Kontoauszug",
  settings: "Einstellungen",
  balance: (amount) => `Guthaben ${amount}, aufladen`,
  balanceNow: (amount) => `Ihr Guthaben beträgt jetzt ${amount}.`,
  accountOf: (name) => `Konto ${name}`,
  switchTo: (name) => `Zu ${name} wechseln`,
  addAccount: "Konto hinzufügen",
  signOut: "Abmelden",
  reconnecting: "Verbindung wird wiederhergestellt …",
  offline: "Sie sind offline. Talktime verbindet sich wieder, sobald es geht.",
  sessionOver: "Sie wurden abgemeldet. Melden Sie sich an, um fortzufahren.",
  elsewhere: "Anrufe erreichen diesen Tab gerade nicht. Laden Sie die Seite neu.",
  reload: "Neu laden",
  blocked: "Sie können erst wieder anrufen, wenn Sie Guthaben aufladen",
  topUp: "Aufladen",
  notFound: "Hier ist nichts",
  notFoundHint: "Die Adresse stimmt nicht, oder es gibt ihr Ziel nicht mehr.",
  toPeople: "Zu den Personen",
  brokenScreen: "Diese Ansicht konnte nicht geladen werden. Laden Sie die Seite neu.",
};

export default frame;
