import type { Texts } from "../en/index.js";

const account: Texts["account"] = {
  signIn: "Anmelden",
  signUp: "Konto erstellen",
  signUpTitle: "Konto erstellen",
  login: "E-Mail oder Benutzername",
  email: "E-Mail",
  userName: "Benutzername",
  userNameHint: "So finden andere Sie und rufen Sie an.",
  password: "Passwort",
  passwordHint: (least) => `Mindestens ${least} Zeichen. Ein kurzer Satz merkt sich leicht.`,
  noAccount: "Neu hier?",
  haveAccount: "Haben Sie schon ein Konto?",
  goOnAs: (name) => `Weiter als ${name}`,
  tagline: "Videoanrufe, nach Minuten bezahlt",
  promises: {
    pay: { title: "Nur die Minuten im Gespräch zahlen", text: "Klingeln und Verbinden kosten nichts." },
    know: {
      title: "Die Kosten immer im Blick",
      text: "Preis und bisherige Kosten stehen da, bevor und während Sie sprechen.",
    },
    stop: {
      title: "Nie ins Minus",
      text: "Ist das Guthaben verbraucht, endet der Anruf. Keine Schulden, keine Überraschung.",
    },
  },
};

export default account;
