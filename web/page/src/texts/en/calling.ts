import type {
  EndReason,
  LocalEndReason,
  MediaErrorKind,
  Quality,
  RefusalReason,
  SpendLimit,
} from "@talktime/client";
import { plural } from "../plural.js";

type Say = (name: string) => string;
/** What a media problem is about. */
export type Concerned = "camera" | "microphone" | "both" | "screen";

const count = plural("en");
const devices: Record<Concerned, string> = {
  camera: "camera",
  microphone: "microphone",
  both: "camera and microphone",
  screen: "screen",
};
const firewall =
  "The two devices could not be connected. A firewall or a VPN may stand between them: try another network, or without the VPN.";
const unrelayed =
  "The two devices could not be connected, and this installation has no relay to help them. Tell its operator.";
const paidTime = "The time that was paid for is over.";
const shutdown = "The service had to restart. Call again in a moment.";

/** Why a call ended, as its caller reads it. */
const endForCaller: Record<EndReason, Say> = {
  hung_up: (name) => `${name} hung up.`,
  cancelled: () => "You cancelled the call.",
  declined: (name) => `${name} declined the call.`,
  busy: (name) => `${name} is in another call. Try again later.`,
  missed: (name) => `${name} did not answer.`,
  unreachable: (name) => `${name} cannot be reached at the moment. Try again later.`,
  connect_failed: () => firewall,
  out_of_funds: () => "Your balance could not pay the next minute.",
  spend_limit: () => "The limit that you have set was reached.",
  lost: () => "The connection was lost and did not come back.",
  max_duration: () => "The call had lasted as long as a call may last.",
  blocked: () => "Your account was blocked during the call.",
  operator: () => "An operator ended the call.",
  shutdown: () => shutdown,
  billing_unavailable: () =>
    "The next minute could not be paid because the payment service did not answer. Try again later.",
};

/** The same, as the callee reads it. */
const endForCallee: Record<EndReason, Say> = {
  ...endForCaller,
  cancelled: (name) => `You missed a call from ${name}.`,
  declined: () => "You declined the call.",
  busy: () => "You were in another call.",
  missed: (name) => `You missed a call from ${name}.`,
  unreachable: () => "You were not online.",
  out_of_funds: () => paidTime,
  spend_limit: () => paidTime,
  blocked: (name) => `${name} cannot go on with the call.`,
  billing_unavailable: () => "The call could not go on because the payment service did not answer.",
};

/** Why nothing rang. */
const refusals: Record<RefusalReason, Say> = {
  insufficient_funds: () => "Your balance cannot pay a minute.",
  spend_limit: () => "A limit that you have set leaves less than a minute costs.",
  blocked: () => "You cannot call at the moment.",
  busy: (name) => `${name} is in another call. Try again later.`,
  already_in_call: () => "You are in another call already, maybe on another device.",
  on_your_blocklist: (name) => `You refuse calls from ${name}. Allow them again to call.`,
  unreachable: (name) => `${name} cannot be reached at the moment.`,
  too_many_calls: () => "There were too many calls in a short time. Try again in a few minutes.",
  unknown_callee: (name) => `There is nobody called ${name}.`,
  self_call: () => "You cannot call yourself.",
  billing_unavailable: () => "The payment service does not answer. Try again in a few minutes.",
};

/** What only this device knows of the end. */
const localEnds: Record<LocalEndReason, Say> = {
  answered_elsewhere: () => "You took the call on another device.",
  not_connected: () => "There is no connection to the service. Check your network, then call again.",
  no_relay: () =>
    "Your address is to stay hidden, but there is no relay for that here. Turn “Hide my address” off in the settings to call without.",
};

const mediaProblems: Record<MediaErrorKind, (what: Concerned) => string> = {
  denied: (what) =>
    what === "screen"
      ? "The screen may not be shared. Allow it in the settings of your system or browser."
      : `Talktime may not use your ${devices[what]}. Allow it in the address bar of your browser, then try again.`,
  no_device: (what) =>
    `No ${what === "both" ? "camera or microphone" : devices[what]} was found. Plug one in, then try again.`,
  in_use: (what) => `Another program uses your ${devices[what]}. Close it, then try again.`,
  insecure_context: () => "Browsers allow cameras on secure pages only. Open Talktime at its https address.",
  unsupported: () => "This browser cannot make video calls. Use a current Chrome, Edge, Firefox or Safari.",
  other: (what) => `Your ${devices[what]} could not be started. Try again, or choose another one.`,
};

const quality: Record<Quality, string> = {
  good: "Connection good",
  fair: "Connection fair",
  poor: "Connection poor",
  lost: "Connection lost",
};

const calling = {
  yourCamera: "Your camera",
  you: "You",
  cameraIsOff: "Your camera is off",
  askingForDevices: "Allow camera and microphone in your browser.",
  cameraOn: "Camera on",
  microphoneOn: "Microphone on",
  microphoneLevel: "Microphone level",
  camera: "Camera",
  microphone: "Microphone",
  speaker: "Speaker",
  deviceNumber: (kind: string, number: number) => `${kind} ${number}`,
  noDevice: "None found",
  startCall: "Start call",
  topUp: "Top up",
  priceUnknown: "The price could not be loaded.",
  needed: (price: string, missing: string) => `One minute costs ${price}. ${missing} is missing.`,
  onlyConnectedCosts: "You pay only from the moment that you are connected.",
  notConnected: "There is no connection to the service yet. You can call as soon as it is back.",

  callingName: (name: string) => `Calling ${name}`,
  calling: "Calling…",
  ringing: "Ringing…",
  cancelCall: "Cancel call",

  isCalling: (name: string) => `${name} is calling`,
  accept: "Accept",
  acceptWithoutCamera: "Accept without camera",
  lookFirst: "See yourself first",
  lookNoMore: "Close your camera",
  decline: "Decline",

  callWith: (name: string) => `Call with ${name}`,
  inCallTitle: (name: string) => `In a call with ${name}`,
  talkTime: "Talk time",
  costSoFar: (amount: string) => `Cost so far ${amount}`,
  timeLeft: (clock: string) => `Time left ${clock}`,
  controls: "Call controls",
  mute: "Mute microphone",
  cameraOff: "Turn camera off",
  shareScreen: "Share screen",
  devices: "Devices",
  fullScreen: "Full screen",
  pictureInPicture: "Picture in picture",
  hangUp: "Hang up",
  moveSelf: "Move your picture to another corner",
  playSound: "Play the sound",
  sharing: "You are sharing your screen.",
  quality,
  connecting: "Connecting…",
  connected: "You are connected.",
  peerLost: (name: string) => `${name} lost the connection, waiting…`,
  offline: "You are offline, reconnecting…",
  serverAway: "The server cannot be reached, reconnecting… The call goes on as far as it is paid.",
  mediaLost: "Sound and picture are interrupted, reconnecting…",
  remoteCameraOff: (name: string) => `${name}'s camera is off`,
  remoteCameraOn: (name: string) => `${name}'s camera is on`,
  remoteMuted: (name: string) => `${name} is muted`,
  remoteUnmuted: (name: string) => `${name} can be heard`,
  remoteScreen: (name: string) => `${name} shares the screen`,
  remoteScreenOver: (name: string) => `${name} no longer shares the screen`,

  lowBalance: "Low balance",
  endsIn: (clock: string) => `The call ends in ${clock}`,
  mayEndIn: (clock: string) => `The call may end in ${clock}`,
  limitNear: "Your limit",
  limitReached: {
    call: "You have limited what a call may cost.",
    day: "You have limited what calls may cost on one day.",
  } satisfies Record<SpendLimit, string>,
  limits: "Spending limits",
  limitLeaves: {
    call: (left: string) => `You have limited a call to ${left}, which is less than a minute costs.`,
    day: (left: string) => `Of your limit for one day ${left} are left, which is less than a minute costs.`,
  } satisfies Record<SpendLimit, (left: string) => string>,
  changeLimits: "Change limits",
  missing: (amount: string) => `${amount} is missing for the next minute.`,
  topUpAmount: (amount: string) => `Top up ${amount}`,
  otherAmount: "Other amount",
  secondsLeft: (seconds: number) => `The call ends in ${count(seconds, { one: "# second", other: "# seconds" })}.`,
  goesOn: "The next minute is paid: the call goes on.",

  ended: "Call ended",
  missed: "Missed call",
  tooManyCalls: (seconds: number) =>
    `There were too many calls in a short time. Try again in ${
      seconds < 100
        ? count(seconds, { one: "# second", other: "# seconds" })
        : count(Math.ceil(seconds / 60), { one: "# minute", other: "# minutes" })
    }.`,
  youHungUp: "You hung up.",
  cancelled: "Call cancelled.",
  brokenCall: "This call cannot be shown. It goes on, and you may still be seen and heard.",
  cancelledFree: "Call cancelled. It cost nothing.",
  talkTimeWas: (clock: string) => `Talk time ${clock}`,
  charge: (amount: string, minutes: number) =>
    `This call cost ${amount} (${count(minutes, { one: "# started minute", other: "# started minutes" })})`,
  free: "This call cost nothing",
  charging: "Working out what the call cost…",
  chargingLong: "What the call cost is not settled yet. You will find it in the history.",
  balanceNow: (amount: string) => `Your balance is now ${amount}.`,
  blockedHint: "Your balance cannot pay another minute",
  callAgain: "Call again",
  callBack: "Call back",

  mediaProblems,
  withoutMedia: {
    camera: "Until then nobody sees you.",
    microphone: "Until then nobody hears you.",
    both: "Until then you see and hear the other side only.",
    screen: "",
  } satisfies Record<Concerned, string>,
  endForCaller,
  endForCallee,
  unrelayed,
  refusals,
  localEnds,
};

export default calling;
