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
  tagline: "Videoanrufe, nach Minuten bezahlt",
  promises: {
    pay: ["Nur die Minuten im Gespräch zahlen", "Klingeln und Verbinden kosten nichts."],
    know: ["Die Kosten immer im Blick", "Preis und bisherige Kosten stehen da, bevor und während Sie sprechen."],
    stop: ["Nie ins Minus", "Ist das Guthaben verbraucht, endet der Anruf. Keine Schulden, keine Überraschung."],
  },
};

export default account;
