// The smallest page that sells a call: log in, call or be called, see what it costs.

import { type Call, LocalMedia, Talktime, TalktimeError } from "@talktime/client";

const talktime = new Talktime({ baseUrl: "http://127.0.0.1:8000" });
const { session, wallet, calls, connection } = talktime;

const page = <Type extends HTMLElement>(id: string) => document.getElementById(id) as Type;
const [logIn, place] = [page<HTMLFormElement>("log-in"), page<HTMLFormElement>("place")];
const [accept, hangUp] = [page<HTMLButtonElement>("accept"), page<HTMLButtonElement>("hang-up")];
const say = (text: string) => {
  page("status").textContent = text;
};

// Who is logged in; a later visit goes on as the same account.
session.on("changed", (account) => {
  logIn.hidden = account !== null;
  place.hidden = account === null;
});
session.on("ended", () => say("You are logged out."));
talktime.start();
await session.restore();

logIn.onsubmit = tried(async (form) => {
  const [login, password] = [String(form.get("login")), String(form.get("password"))];
  await session.logIn({ login, password });
});

// Money is a whole number of minor units: cents, where the currency is the euro.
const { currency, currency_exponent: exponent } = await talktime.api.installation();
const money = (minor: number) =>
  (minor / 10 ** exponent).toLocaleString(undefined, { style: "currency", currency });
wallet.on("changed", (state) => {
  page("money").textContent = state && `${money(state.available_minor)}, ${money(state.price_minor)} a minute`;
});

// Place a call. A refusal, such as `insufficient_funds`, is an end of the call.
place.onsubmit = tried(async (form) => {
  const media = await LocalMedia.open({ audio: true, video: true });
  show(calls.place({ userName: String(form.get("callee")) }, media));
});

// Receive one.
calls.on("incoming", (call) => {
  show(call);
  accept.hidden = false;
  accept.onclick = tried(async () => {
    accept.hidden = true;
    await call.accept(await LocalMedia.open({ audio: true, video: true }));
  });
});

// Show it, from its beginning to its end.
function show(call: Call): void {
  const draw = () => {
    const seconds = Math.floor(call.talkMs / 1000);
    const cost = call.cost ? `, ${money(call.cost.costMinor)} so far` : "";
    const short = call.lowFunds?.shortfallMinor ? `, top up ${money(call.lowFunds.shortfallMinor)} to go on` : "";
    const charge = call.charge ? `, ${money(call.charge.chargeMinor)} in all` : "";
    say(`${call.end?.reason ?? call.state} ${call.otherName}: ${seconds} s${charge || cost}${short}`);
    page<HTMLVideoElement>("remote").srcObject = call.remoteStream;
    page<HTMLVideoElement>("self").srcObject = call.localMedia?.stream ?? null;
    hangUp.hidden = call.end !== null;
    accept.hidden ||= call.end !== null;
  };
  const timer = setInterval(draw, 1000);
  call.on("changed", draw);
  call.on("ended", () => clearInterval(timer));
  hangUp.onclick = () => call.hangUp();
  draw();
}

connection.on("state", (state) => {
  if (state === "waiting") say("Reconnecting …");
});

// Whatever the library throws is a TalktimeError with a message; tell them apart by class, `type`, `code` and `kind`.
function tried(action: (form: FormData) => Promise<void>) {
  return (event: Event) => {
    event.preventDefault();
    const form =
      event.currentTarget instanceof HTMLFormElement ? new FormData(event.currentTarget) : new FormData();
    action(form).catch((error) => say(error instanceof TalktimeError ? error.message : String(error)));
  };
}
