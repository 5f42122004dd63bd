import type { Concerned } from "../en/calling.js";
import type { Texts } from "../en/index.js";
import { plural } from "../plural.js";

type Calling = Texts["calling"];

const count = plural("de");
const devices: Record<Concerned, string> = {
  camera: "die Kamera",
  microphone: "das Mikrofon",
  both: "Kamera und Mikrofon",
  screen: "den Bildschirm",
};
const none: Record<Concerned, string> = {
  camera: "keine Kamera",
  microphone: "kein Mikrofon",
  both: "weder Kamera noch Mikrofon",
  screen: "kein Bildschirm",
};
const firewall =
  "Die beiden Geräte konnten nicht verbunden werden. Vielleicht steht eine Firewall oder ein VPN dazwischen: Versuchen Sie es in einem anderen Netz oder ohne VPN.";
const unrelayed =
  "Die beiden Geräte konnten nicht verbunden werden, und hier hilft ihnen kein Relay-Server. Sagen Sie es dem Betreiber.";
const paidTime = "Die bezahlte Zeit ist vorbei.";
const shutdown = "Der Dienst musste neu starten. Rufen Sie gleich noch einmal an.";

const endForCaller: Calling["endForCaller"] = {
  hung_up: (name) => `${name} hat aufgelegt.`,
  cancelled: () => "Sie haben den Anruf abgebrochen.",
  declined: (name) => `${name} hat den Anruf abgelehnt.`,
  busy: (name) => `${name} telefoniert gerade. Versuchen Sie es später noch einmal.`,
  missed: (name) => `${name} hat nicht geantwortet.`,
  unreachable: (name) => `${name} ist gerade nicht erreichbar. Versuchen Sie es später noch einmal.`,
  connect_failed: () => firewall,
  out_of_funds: () => "Ihr Guthaben reichte nicht für die nächste Minute.",
  spend_limit: () => "Das Limit, das Sie gesetzt haben, war erreicht.",
  lost: () => "Die Verbindung ging verloren und kam nicht zurück.",
  max_duration: () => "Der Anruf hat so lange gedauert, wie ein Anruf höchstens dauern darf.",
  blocked: () => "Ihr Konto wurde während des Anrufs gesperrt.",
  operator: () => "Der Betreiber hat den Anruf beendet.",
  shutdown: () => shutdown,
  billing_unavailable: () =>
    "Die nächste Minute konnte nicht bezahlt werden, weil der Zahlungsdienst nicht antwortete. Versuchen Sie es später noch einmal.",
};

const endForCallee: Calling["endForCallee"] = {
  ...endForCaller,
  cancelled: (name) => `Sie haben einen Anruf von ${name} verpasst.`,
  declined: () => "Sie haben den Anruf abgelehnt.",
  busy: () => "Sie waren in einem anderen Anruf.",
  missed: (name) => `Sie haben einen Anruf von ${name} verpasst.`,
  unreachable: () => "Sie waren nicht online.",
  out_of_funds: () => paidTime,
  spend_limit: () => paidTime,
  blocked: (name) => `${name} kann den Anruf nicht fortsetzen.`,
  billing_unavailable: () => "Der Anruf konnte nicht weitergehen, weil der Zahlungsdienst nicht antwortete.",
};

const refusals: Calling["refusals"] = {
  insufficient_funds: () => "Ihr Guthaben reicht nicht für eine Minute.",
  spend_limit: () => "Ein Limit, das Sie gesetzt haben, lässt weniger übrig, als eine Minute kostet.",
  blocked: () => "Sie können zurzeit nicht anrufen.",
  busy: (name) => `${name} telefoniert gerade. Versuchen Sie es später noch einmal.`,
  already_in_call: () => "Sie sind schon in einem Anruf, vielleicht auf einem anderen Gerät.",
  on_your_blocklist: (name) =>
    `Sie weisen Anrufe von ${name} ab. Lassen Sie diese Anrufe wieder zu, um selbst anzurufen.`,
  unreachable: (name) => `${name} ist gerade nicht erreichbar.`,
  too_many_calls: () =>
    "Das waren zu viele Anrufe in kurzer Zeit. Versuchen Sie es in ein paar Minuten noch einmal.",
  unknown_callee: (name) => `Niemand heißt ${name}.`,
  self_call: () => "Sie können sich nicht selbst anrufen.",
  billing_unavailable: () =>
    "Der Zahlungsdienst antwortet nicht. Versuchen Sie es in ein paar Minuten noch einmal.",
};

const localEnds: Calling["localEnds"] = {
  answered_elsewhere: () => "Sie haben den Anruf auf einem anderen Gerät angenommen.",
  not_connected: () => "Es besteht keine Verbindung zum Dienst. Prüfen Sie Ihr Netz und rufen Sie noch einmal an.",
  no_relay: () =>
    "Ihre Adresse soll verborgen bleiben, aber hier gibt es keinen Relay-Server dafür. Schalten Sie „Meine Adresse verbergen“ in den Einstellungen aus, um ohne anzurufen.",
};

const mediaProblems: Calling["mediaProblems"] = {
  denied: (what) =>
    what === "screen"
      ? "Der Bildschirm darf nicht geteilt werden. Erlauben Sie es in den Einstellungen von System oder Browser."
      : `Talktime darf nicht auf ${devices[what]} zugreifen. Erlauben Sie es in der Adressleiste des Browsers und versuchen Sie es dann noch einmal.`,
  no_device: (what) =>
    `Es wurde ${none[what]} gefunden. Schließen Sie ein Gerät an und versuchen Sie es dann noch einmal.`,
  in_use: (what) =>
    `Ein anderes Programm benutzt ${devices[what]}. Schließen Sie es und versuchen Sie es dann noch einmal.`,
  insecure_context: () =>
    "Browser erlauben die Kamera nur auf sicheren Seiten. Öffnen Sie Talktime unter seiner https-Adresse.",
  unsupported: () =>
    "Dieser Browser kann keine Videoanrufe führen. Nehmen Sie einen aktuellen Chrome, Edge, Firefox oder Safari.",
  other: (what) =>
    `Der Zugriff auf ${devices[what]} ist fehlgeschlagen. Versuchen Sie es noch einmal, oder wählen Sie ein anderes Gerät.`,
};

const calling: Calling = {
  yourCamera: "Ihre Kamera",
  you: "Sie",
  cameraIsOff: "Ihre Kamera ist aus",
  askingForDevices: "Erlauben Sie Kamera und Mikrofon in Ihrem Browser.",
  cameraOn: "Kamera an",
  microphoneOn: "Mikrofon an",
  microphoneLevel: "Mikrofonpegel",
  camera: "Kamera",
  microphone: "Mikrofon",
  speaker: "Lautsprecher",
  deviceNumber: (kind, number) => `${kind} ${number}`,
  noDevice: "Keine gefunden",
  startCall: "Anruf starten",
  topUp: "Aufladen",
  priceUnknown: "Der Preis ließ sich nicht laden.",
  needed: (price, missing) => `Eine Minute kostet ${price}. Es fehlen ${missing}.`,
  onlyConnectedCosts: "Sie zahlen erst ab dem Moment, in dem Sie verbunden sind.",
  notConnected: "Noch besteht keine Verbindung zum Dienst. Sie können anrufen, sobald sie wieder da ist.",

  callingName: (name) => `Anruf bei ${name}`,
  calling: "Wird angerufen …",
  ringing: "Es klingelt …",
  cancelCall: "Anruf abbrechen",

  isCalling: (name) => `${name} ruft an`,
  accept: "Annehmen",
  acceptWithoutCamera: "Ohne Kamera annehmen",
  lookFirst: "Erst sich selbst sehen",
  lookNoMore: "Kamera wieder schließen",
  decline: "Ablehnen",

  callWith: (name) => `Anruf mit ${name}`,
  inCallTitle: (name) => `Im Gespräch mit ${name}`,
  talkTime: "Gesprächszeit",
  costSoFar: (amount) => `Bisherige Kosten ${amount}`,
  timeLeft: (clock) => `Restzeit ${clock}`,
  controls: "Anruf steuern",
  mute: "Mikrofon stummschalten",
  cameraOff: "Kamera ausschalten",
  shareScreen: "Bildschirm teilen",
  devices: "Geräte",
  fullScreen: "Vollbild",
  pictureInPicture: "Bild im Bild",
  hangUp: "Auflegen",
  moveSelf: "Ihr Bild in eine andere Ecke schieben",
  playSound: "Ton abspielen",
  sharing: "Sie teilen Ihren Bildschirm.",
  quality: {
    good: "Verbindung gut",
    fair: "Verbindung mittelmäßig",
    poor: "Verbindung schlecht",
    lost: "Verbindung unterbrochen",
  },
  connecting: "Wird verbunden …",
  connected: "Sie sind verbunden.",
  peerLost: (name) => `${name} hat die Verbindung verloren, bitte warten …`,
  offline: "Sie sind offline, die Verbindung wird wiederhergestellt …",
  serverAway:
    "Der Server ist nicht erreichbar, die Verbindung wird wiederhergestellt … Der Anruf geht weiter, soweit er bezahlt ist.",
  mediaLost: "Ton und Bild sind unterbrochen, die Verbindung wird wiederhergestellt …",
  remoteCameraOff: (name) => `Die Kamera von ${name} ist aus`,
  remoteCameraOn: (name) => `Die Kamera von ${name} ist an`,
  remoteMuted: (name) => `${name} ist stumm`,
  remoteUnmuted: (name) => `${name} ist wieder zu hören`,
  remoteScreen: (name) => `${name} teilt den Bildschirm`,
  remoteScreenOver: (name) => `${name} teilt den Bildschirm nicht mehr`,

  lowBalance: "Guthaben fast aufgebraucht",
  endsIn: (clock) => `Der Anruf endet in ${clock}`,
  mayEndIn: (clock) => `Der Anruf endet vielleicht in ${clock}`,
  limitNear: "Ihr Limit",
  limitReached: {
    call: "Sie haben begrenzt, was ein Anruf kosten darf.",
    day: "Sie haben begrenzt, was Anrufe an einem Tag kosten dürfen.",
  },
  limits: "Ausgabenlimits",
  limitLeaves: {
    call: (left) => `Sie haben einen Anruf auf ${left} begrenzt; das ist weniger, als eine Minute kostet.`,
    day: (left) => `Von Ihrem Tageslimit sind ${left} übrig; das ist weniger, als eine Minute kostet.`,
  },
  changeLimits: "Limits ändern",
  missing: (amount) => `Für die nächste Minute fehlen ${amount}.`,
  topUpAmount: (amount) => `${amount} aufladen`,
  otherAmount: "Anderer Betrag",
  secondsLeft: (seconds) => `Der Anruf endet in ${count(seconds, { one: "# Sekunde", other: "# Sekunden" })}.`,
  goesOn: "Die nächste Minute ist bezahlt: Der Anruf geht weiter.",

  ended: "Anruf beendet",
  missed: "Verpasster Anruf",
  tooManyCalls: (seconds) =>
    `Das waren zu viele Anrufe in kurzer Zeit. Versuchen Sie es in ${
      seconds < 100
        ? count(seconds, { one: "# Sekunde", other: "# Sekunden" })
        : count(Math.ceil(seconds / 60), { one: "# Minute", other: "# Minuten" })
    } wieder.`,
  youHungUp: "Sie haben aufgelegt.",
  cancelled: "Anruf abgebrochen.",
  brokenCall: "Der Anruf lässt sich nicht anzeigen. Er geht weiter, und man kann Sie noch sehen und hören.",
  cancelledFree: "Anruf abgebrochen. Er hat nichts gekostet.",
  talkTimeWas: (clock) => `Gesprächszeit ${clock}`,
  charge: (amount, minutes) =>
    `Dieser Anruf hat ${amount} gekostet (${count(minutes, { one: "# angefangene Minute", other: "# angefangene Minuten" })})`,
  free: "Dieser Anruf hat nichts gekostet",
  charging: "Die Kosten werden ermittelt …",
  chargingLong: "Die Kosten stehen noch nicht fest. Sie finden sie später im Verlauf.",
  balanceNow: (amount) => `Ihr Guthaben beträgt jetzt ${amount}.`,
  blockedHint: "Ihr Guthaben reicht nicht für eine weitere Minute",
  callAgain: "Noch einmal anrufen",
  callBack: "Zurückrufen",

  mediaProblems,
  withoutMedia: {
    camera: "Bis dahin sieht man Sie nicht.",
    microphone: "Bis dahin hört man Sie nicht.",
    both: "Bis dahin sehen und hören Sie nur die andere Seite.",
    screen: "",
  },
  endForCaller,
  endForCallee,
  unrelayed,
  refusals,
  localEnds,
};

export default calling;
