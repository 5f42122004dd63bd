import type { Texts } from "../en/index.js";

const problems: Texts["problems"] = {
  network: "Der Server ist nicht erreichbar. Prüfen Sie Ihre Verbindung und versuchen Sie es erneut.",
  unavailable: "Ein Teil des Dienstes ist gerade nicht da. Versuchen Sie es gleich noch einmal.",
  tooMany: (seconds) =>
    seconds
      ? `Zu viele Versuche. Versuchen Sie es in ${seconds} s erneut.`
      : "Zu viele Versuche. Warten Sie einen Moment und versuchen Sie es erneut.",
  wrongCredentials: "E-Mail, Benutzername oder Passwort stimmt nicht. Prüfen Sie die Angaben.",
  signedOut: "Sie sind nicht mehr angemeldet. Melden Sie sich erneut an.",
  forbidden: "Das dürfen Sie nicht.",
  notFound: "Das gibt es nicht mehr.",
  invalid: "Einige Angaben gehen so nicht. Korrigieren Sie, was markiert ist.",
  listFull: "Diese Liste ist voll. Nehmen Sie zuerst in den Einstellungen jemanden herunter.",
  paymentsNotOffered: "Diese Installation nimmt keine Zahlungen an. Fragen Sie den Betreiber nach Guthaben.",
  relayNotOffered: "Hier gibt es keinen Relay-Server, daher geht das nicht. Fragen Sie den Betreiber danach.",
  unexpected:
    "Bei uns ist etwas schiefgegangen. Versuchen Sie es erneut; bleibt es dabei, sagen Sie es dem Betreiber.",
  fields: {
    required: "Füllen Sie dieses Feld aus.",
    email: "Geben Sie eine E-Mail-Adresse ein, etwa anna@example.com.",
    emailTaken: "Mit dieser E-Mail gibt es schon ein Konto. Melden Sie sich an oder nehmen Sie eine andere.",
    userName:
      "Nehmen Sie 3 bis 32 Buchstaben von a bis z, Ziffern, Punkte, Binde- oder Unterstriche, vorn einen Buchstaben oder eine Ziffer.",
    userNameTaken: "Diesen Namen hat schon jemand. Wählen Sie einen anderen.",
    passwordShort: (least) => `Nehmen Sie mindestens ${least} Zeichen.`,
    passwordEasy: "Das ist leicht zu erraten. Nehmen Sie ein paar Wörter, die nicht zusammengehören.",
    passwordLong: "Das ist zu lang. Nehmen Sie ein kürzeres.",
    passwordWrong: "Das ist nicht Ihr jetziges Passwort.",
    amount: (least, most) => `Geben Sie einen Betrag von ${least} bis ${most} ein.`,
  },
};

export default problems;
