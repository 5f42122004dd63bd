import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { LocalMedia } from "../src/media/local-media.js";
import type { ToClient } from "../src/signaling/messages.js";
import { Talktime } from "../src/talktime.js";
import { BASE_URL, FakeApi, json } from "./fakes/api.js";
import { FakeBrowser } from "./fakes/browser.js";
import { stubMedia } from "./fakes/media.js";
import { rings } from "./fakes/server.js";
import { FakeSockets, walletState, welcome } from "./fakes/socket.js";
import { FakeTimers, settled } from "./fakes/timers.js";

const CALL_ID = "01985d21-0f58-7e36-8c71-5a9d4e3b2c04";
const SOCKETS = "wss://signaling.example/ws";

let world = newWorld();

beforeEach(() => {
  world = newWorld();
});

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

/** A page with nothing but the library. */
function newWorld() {
  const timers = new FakeTimers();
  const api = new FakeApi(timers);
  const sockets = new FakeSockets();
  const { store } = new FakeBrowser().tab();
  api.routes.set("GET /v1/installation", () => json(200, { signaling_url: SOCKETS }));
  const options = { baseUrl: BASE_URL, store, fetch: api.fetch, WebSocket: sockets.WebSocket, timers };
  const talktime = new Talktime(options);
  const heard: unknown[] = [];
  talktime.wallet.on("changed", (state) => heard.push(state?.version ?? null));
  talktime.session.on("changed", (account) => heard.push(account?.user_name ?? null));
  const logIn = async (login: string) => {
    await talktime.session.logIn({ login, password: "secret secret" });
    await settled();
  };
  return { timers, api, sockets, talktime, options, heard, logIn };
}

/** The newest socket lets this account in. */
function greet(userName: string, version = 1) {
  const socket = world.sockets.newest;
  socket.opens();
  const account = { account_id: `id-of-${userName}`, user_name: userName };
  socket.says(welcome({ account, wallet: walletState(version) }));
  return socket;
}

test("nobody is connected before somebody is logged in, and only if that is wanted", async () => {
  const { talktime, sockets, logIn } = world;
  await logIn("ann");
  expect(sockets.all.length).toBe(0);
  talktime.start();
  await settled();
  expect(sockets.newest.url).toBe(SOCKETS);
  await talktime.session.logOut();
  await logIn("ann");
  expect(sockets.all.length).toBe(2);
});

test("where the sockets are is asked once, or told", async () => {
  const { talktime, sockets, api, logIn, options } = world;
  talktime.start();
  await logIn("ann");
  await talktime.session.logOut();
  await logIn("ann");
  expect([sockets.all.length, api.count("GET /v1/installation")]).toEqual([2, 1]);
  const other = new Talktime({ ...options, signalingUrl: "wss://elsewhere.example/ws" });
  other.start();
  await other.session.logIn({ login: "ben", password: "secret secret" });
  await settled();
  expect(sockets.newest.url).toBe("wss://elsewhere.example/ws");
  expect(api.count("GET /v1/installation")).toBe(1);
});

test("the wallet is the newest that anybody told", async () => {
  const { talktime, api, heard, logIn } = world;
  talktime.start();
  await logIn("ann");
  const socket = greet("ann", 3);
  const told = (version: number): ToClient[] => {
    const wallet = walletState(version);
    return [
      { type: "wallet.changed", wallet },
      { type: "account.blocked", wallet: walletState(version + 1), shortfall_minor: 5 },
      { type: "account.unblocked", wallet: walletState(version + 2) },
      {
        type: "call.charged",
        call_id: CALL_ID,
        talk_ms: 1,
        minutes: 1,
        charge_minor: 10,
        wallet: walletState(version + 3),
      },
    ];
  };
  for (const message of told(4)) socket.says(message);
  for (const message of told(1)) socket.says(message);
  api.routes.set("GET /v1/wallet", () => json(200, walletState(6)));
  await talktime.api.wallet();
  api.routes.set("GET /v1/wallet", () => json(200, walletState(8)));
  await talktime.api.wallet();
  expect(heard).toEqual(["ann", 3, 4, 5, 6, 7, 8]);
});

test("another account is another device, with money of its own", async () => {
  const { talktime, sockets, heard, logIn } = world;
  talktime.start();
  await logIn("ann");
  const anns = greet("ann", 40);
  await logIn("ben");
  expect(anns.closedWith).toBe(1000);
  anns.says({ type: "wallet.changed", wallet: walletState(41) });
  greet("ben", 2);
  expect(sockets.newest.sent[0]).toMatchObject({ token: "access-2", resume_token: null });
  expect(heard).toEqual(["ann", 40, null, "ben", 2]);
});

test("whoever logs out in a call has left it before the socket is closed", async () => {
  const { talktime, logIn } = world;
  stubMedia();
  talktime.start();
  await logIn("ann");
  const socket = greet("ann");
  const call = talktime.calls.place({ userName: "ben" }, await LocalMedia.open({}));
  const invite = socket.last;
  socket.says({ type: "call.authorizing", call_id: CALL_ID, ref: invite?.ref ?? null });
  const loggedOut = talktime.session.logOut();
  expect([invite?.type, socket.last, call.state]).toEqual([
    "call.invite",
    { type: "call.cancel", call_id: CALL_ID, ref: null, seq: 2 },
    "ended",
  ]);
  await loggedOut;
});

test("a call that waits for its socket is not kept waiting by the back-off (D8)", async () => {
  vi.spyOn(Math, "random").mockReturnValue(0.999_999);
  world = newWorld();
  const { talktime, timers, sockets, logIn } = world;
  stubMedia();
  const waits = async (failures: number) => {
    const all: number[] = [];
    for (let failure = 0; failure < failures; failure += 1) {
      sockets.newest.closes(1006);
      all.push(Math.round((talktime.connection.retryAtMs ?? 0) - timers.now()));
      await timers.advance((talktime.connection.retryAtMs ?? 0) - timers.now());
      await settled();
    }
    return all;
  };
  talktime.start();
  await logIn("ann");
  expect(await waits(6)).toEqual([500, 1_000, 2_000, 4_000, 8_000, 15_000]);
  sockets.newest.closes(1006);
  const before = sockets.all.length;
  const call = talktime.calls.place({ userName: "ben" }, await LocalMedia.open({}));
  await settled();
  expect(sockets.all.length).toBe(before + 1);
  greet("ann").says(rings(CALL_ID));
  expect(await waits(6)).toEqual(Array(6).fill(2_000));
  expect(call.state).toBe("ringing");
  call.cancel();
  expect(await waits(1)).toEqual([15_000]);
});

test("a session that is ended from afar is ended here, whoever hears of it first", async () => {
  const { talktime, api, timers, heard, sockets, logIn } = world;
  const ended: unknown[] = [];
  talktime.session.on("ended", (reason) => ended.push(reason));
  talktime.start();
  await logIn("ann");
  const socket = greet("ann");
  api.endAll("ann");
  socket.closes(4411);
  await timers.advance(1_000);
  expect([ended, heard.slice(2), talktime.session.account]).toEqual([["refused"], [null, null], null]);
  await logIn("ann");
  api.endAll("ann");
  const last = greet("ann");
  await expect(talktime.api.me()).rejects.toMatchObject({ name: "NotLoggedInError" });
  expect([ended, last.closedWith, sockets.all.length]).toEqual([["refused", "refused"], 1000, 2]);
});

test("a token that the API does not take is replaced without anybody noticing", async () => {
  const { talktime, api, logIn } = world;
  await logIn("ann");
  api.refuseAccessTokens();
  expect((await talktime.api.me()).user_name).toBe("ann");
  expect(api.arrived.slice(-3).map(({ what, token }) => [what, token])).toEqual([
    ["GET /v1/me", "access-1"],
    ["POST /v1/sessions/refresh", null],
    ["GET /v1/me", "access-2"],
  ]);
});

test("a new name is learnt from the welcome", async () => {
  const { talktime, heard, logIn } = world;
  talktime.start();
  await logIn("ann");
  const socket = world.sockets.newest;
  socket.opens();
  socket.says(welcome({ account: { account_id: "id-of-ann", user_name: "anna" } }));
  expect(heard).toEqual(["ann", 1, "anna"]);
  expect(talktime.session.account?.email).toBe("ann@example.com");
});

test("closing drops everything but the login", async () => {
  const { talktime, timers, heard, logIn, options } = world;
  talktime.start();
  await logIn("ann");
  const socket = greet("ann");
  talktime.close();
  socket.says({ type: "wallet.changed", wallet: walletState(9) });
  expect([socket.closedWith, timers.waiting, heard]).toEqual([1000, 0, ["ann", 1]]);
  expect((await new Talktime(options).session.restore())?.user_name).toBe("ann");
});

test("where there is no WebSocket it says so at once, and takes one that is given", () => {
  vi.stubGlobal("WebSocket", undefined);
  const { WebSocket, ...others } = world.options;
  expect(() => new Talktime(others)).toThrow(/WebSocket/);
  expect(() => new Talktime({ ...others, WebSocket })).not.toThrow();
});
