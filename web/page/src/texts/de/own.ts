import type { OwnTexts } from "../en/own.js";
import { plural } from "../plural.js";

const count = plural("de");

const own: OwnTexts = {
  settings: {
    profile: "Profil",
    memberSince: (day) => `Bei Talktime seit ${day}`,
    emailProof: "Ihr Passwort, um die E-Mail zu ändern",
    save: "Speichern",
    saved: "Gespeichert.",
    calls: "Anrufe",
    callsFrom: "Wer Sie anrufen darf",
    callsFromEverybody: "Alle",
    callsFromContacts: "Nur meine Kontakte",
    callsFromHint: "Wer das nicht darf, erfährt nur, dass Sie nicht erreichbar sind.",
    contacts: "Kontakte",
    contactsHint:
      "Wer hier steht, kann Sie auch dann anrufen, wenn das nur Kontakte dürfen. Niemand erfährt, wer hier steht.",
    noContacts: "Sie haben noch keine Kontakte. Fügen Sie sie dort hinzu, wo Sie jemanden sehen.",
    refused: "Abgewiesene Personen",
    refusedHint:
      "Wer hier steht, kann Sie nicht anrufen und erfährt nur, dass Sie nicht erreichbar sind. Auch Sie können dort nicht anrufen.",
    nobodyRefused: "Sie weisen niemandes Anrufe ab.",
    relayOnly: "Meine Adresse verbergen (nur über Relay)",
    relayOnlyHint:
      "Bild und Ton nehmen den Weg über einen Server, sodass andere Ihre Netzadresse nicht erfahren. Das Verbinden kann etwas länger dauern.",
    relayMissing: "Hier gibt es keinen Relay-Server: Solange das an ist, kommt kein Anruf zustande.",
    appearance: "Darstellung",
    theme: "Farben",
    themes: { system: "System", light: "Hell", dark: "Dunkel" },
    language: "Sprache",
    browserLanguage: (name) => `Wie der Browser (${name})`,
    devices: "Geräte",
    devicesHint: "Damit beginnen Anrufe in diesem Browser. Auch im Gespräch können Sie wechseln.",
    check: "Kamera und Mikrofon prüfen",
    stopCheck: "Prüfung beenden",
    preview: "Ihre Kamera",
    sessions: "Wo Sie angemeldet sind",
    thisSession: "Dieser Browser",
    lastUsed: (when) => `zuletzt benutzt: ${when}`,
    unknownDevice: "Unbekanntes Gerät",
    endSession: (device) => `${device} abmelden`,
    signOut: "Abmelden",
    endOthers: "Überall sonst abmelden",
    othersEnded: "Sie sind überall sonst abgemeldet.",
    changePassword: "Passwort ändern",
    passwordNow: "Jetziges Passwort",
    passwordNew: "Neues Passwort",
    passwordChanged: "Ihr Passwort ist geändert. Überall sonst sind Sie abgemeldet.",
    delete: "Konto löschen",
    deleteHint:
      "Ihr Name, Ihre E-Mail und Ihre Anmeldungen werden endgültig entfernt. Andere behalten ihren eigenen Verlauf der Anrufe mit Ihnen.",
    deleteTitle: "Ihr Konto löschen?",
    deleteFinal: "Das lässt sich nicht rückgängig machen.",
    forfeit: (amount) => `Auf die restlichen ${amount} verzichten`,
    forfeitNeeded: "Bestätigen Sie, dass Sie auf den Rest verzichten, oder verbrauchen Sie ihn zuerst.",
    inCall: "Beenden Sie zuerst Ihr Gespräch und löschen Sie dann Ihr Konto.",
    deleted: "Ihr Konto ist gelöscht.",
  },
  statement: {
    title: "Umsätze",
    available: "Verfügbar",
    held: (amount) => `Weitere ${amount} sind für das laufende Gespräch zurückgelegt.`,
    chart: "Ausgaben nach Tagen",
    chartTotal: (amount, days) => `${amount} in ${count(days, { one: "# Tag", other: "den letzten # Tagen" })}`,
    chartMost: (amount, day) => `am meisten am ${day}: ${amount}`,
    chartPartial: (day, entries) =>
      `Hier zählen nur Ihre letzten ${entries} Buchungen, zurück bis ${day}. An diesem Tag und davor kann es mehr gewesen sein.`,
    nothingSpent: (days) =>
      `Nichts ausgegeben in ${count(days, { one: "dem letzten Tag", other: "den letzten # Tagen" })}.`,
    asTable: "Als Tabelle zeigen",
    day: "Tag",
    spent: "Ausgegeben",
    entries: "Buchungen",
    empty: "Noch keine Buchungen",
    emptyHint: "Hier stehen Ihre Zahlungen und was Ihre Anrufe kosten.",
    balanceAfter: (amount) => `Stand ${amount}`,
    kinds: {
      top_up: "Aufladung",
      charge: "Anruf",
      refund: "Erstattung",
      adjustment: "Korrektur",
      forfeit: "Verzicht",
      payout: "Ausgezahlt",
      payment_refund: "Aufladung zurückgezahlt",
      payment_refund_failed: "Rückzahlung der Aufladung gescheitert",
    },
  },
};

export default own;
