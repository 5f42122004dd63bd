import { beforeEach, expect, test } from "vitest";
import { NetworkError, ProblemError } from "../../src/errors.js";
import { IceConfiguration, NoRelayError } from "../../src/peer/ice.js";
import type { IceServers } from "../../src/rest/types.js";
import { FakeTimers, settled } from "../fakes/timers.js";

const STUN = { urls: ["stun:stun.example"] };
const TURN = { urls: ["turn:turn.example?transport=udp"], username: "u", credential: "c" };
const HOUR_MS = 3_600_000;
/** How long the server's credentials live, unless it is told otherwise. */
const LIFE_MS = 600_000;

let timers = new FakeTimers();
let answers: (() => Promise<IceServers>)[] = [];
let asked = 0;
let relayOnly = false;

beforeEach(() => {
  [timers, answers, asked, relayOnly] = [new FakeTimers(), [], 0, false];
});

function servers(changes: Partial<IceServers> = {}): () => Promise<IceServers> {
  const expires_at = new Date(timers.wallNow() + LIFE_MS).toISOString();
  return async () => ({ ice_servers: [STUN, TURN], ice_transport_policy: "all", expires_at, ...changes });
}

function ice(): IceConfiguration {
  return new IceConfiguration({
    fetch: () => {
      asked += 1;
      return (answers.shift() ?? servers())();
    },
    relayOnly: () => relayOnly,
    timers,
  });
}

const fails = () => Promise.reject(new NetworkError());
const hangs = () => new Promise<never>(() => {});

test("what was asked for beforehand is not asked for again", async () => {
  const ours = ice();
  ours.prepare();
  ours.prepare();
  expect(await ours.get()).toEqual({ iceServers: [STUN, TURN], iceTransportPolicy: "all" });
  expect([asked, timers.waiting]).toEqual([1, 0]);
});

test("a failure is asked about once more, when the servers are needed", async () => {
  answers = [fails];
  const ours = ice();
  ours.prepare();
  await settled();
  expect((await ours.get()).iceServers).toEqual([STUN, TURN]);
  expect(asked).toBe(2);
});

test("without servers the call is tried all the same", async () => {
  answers = [fails, () => Promise.reject(new ProblemError({ type: "not-found", status: 404 }))];
  expect(await ice().get()).toEqual({ iceServers: [] });
});

test("an answer that does not come is not waited for", async () => {
  answers = [hangs, hangs];
  const configuration = ice().get();
  await timers.advance(7_000);
  expect(await configuration).toEqual({ iceServers: [] });
});

test("who must not show an address is connected by a relay, or not at all (D14)", async () => {
  relayOnly = true;
  expect((await ice().get()).iceTransportPolicy).toBe("relay");
  answers = [servers({ ice_servers: [STUN] })];
  await expect(ice().get()).rejects.toBeInstanceOf(NoRelayError);
  answers = [fails, fails];
  await expect(ice().get()).rejects.toBeInstanceOf(NoRelayError);
});

test("so it is where the installation demands it", async () => {
  answers = [servers({ ice_transport_policy: "relay" })];
  expect((await ice().get()).iceTransportPolicy).toBe("relay");
  answers = [servers({ ice_transport_policy: "relay", ice_servers: [] })];
  await expect(ice().get()).rejects.toBeInstanceOf(NoRelayError);
  const refusal = new ProblemError({ type: "relay-not-offered", status: 409 });
  answers = [() => Promise.reject(refusal)];
  const ours = ice();
  ours.prepare();
  await settled();
  await expect(ours.get()).rejects.toBeInstanceOf(NoRelayError);
});

test("servers are renewed before they expire, for as long as the call lasts", async () => {
  const renewed: RTCConfiguration[] = [];
  const ours = ice();
  await ours.get();
  ours.keepFresh((configuration) => renewed.push(configuration));
  await timers.advance(LIFE_MS * 0.79);
  expect(renewed).toEqual([]);
  answers = [servers({ ice_servers: [TURN] })];
  await timers.advance(LIFE_MS * 0.02);
  expect(renewed).toEqual([{ iceServers: [TURN], iceTransportPolicy: "all" }]);
  await timers.advance(LIFE_MS);
  expect(renewed).toHaveLength(2);
  ours.close();
  expect(timers.waiting).toBe(0);
});

test("a renewal that fails leaves the old ones, and is tried again in the time that is left", async () => {
  const renewed: RTCConfiguration[] = [];
  const ours = ice();
  await ours.get();
  ours.keepFresh((configuration) => renewed.push(configuration));
  answers = [fails, fails, fails, fails];
  await timers.advance(LIFE_MS * 0.97);
  expect([asked, renewed]).toEqual([5, []]);
  await timers.advance(60_000);
  expect(renewed).toHaveLength(1);
});

test("a machine whose clock is wrong does not ask all the time", async () => {
  timers.wallOffMs = 24 * HOUR_MS;
  const expires_at = new Date(timers.wallNow() - 23 * HOUR_MS).toISOString();
  answers = Array.from({ length: 20 }, () => servers({ expires_at }));
  const ours = ice();
  await ours.get();
  ours.keepFresh(() => {});
  await timers.advance(5 * 60_000);
  expect(asked).toBe(6);
});

test("a machine whose clock is behind asks before they expire all the same", async () => {
  const expires_at = new Date(timers.wallNow() + LIFE_MS).toISOString();
  timers.wallOffMs = -5 * HOUR_MS;
  answers = [servers({ expires_at })];
  const renewed: RTCConfiguration[] = [];
  const ours = ice();
  await ours.get();
  ours.keepFresh((configuration) => renewed.push(configuration));
  await timers.advance(LIFE_MS);
  expect(renewed).toHaveLength(1);
});

test("servers that could not be had at the start are asked for in the call", async () => {
  answers = [fails, fails, fails, fails];
  const renewed: RTCConfiguration[] = [];
  const ours = ice();
  expect(await ours.get()).toEqual({ iceServers: [] });
  ours.keepFresh((configuration) => renewed.push(configuration));
  await timers.advance(60_000);
  expect(renewed).toEqual([]);
  await timers.advance(60_000);
  expect(renewed).toEqual([{ iceServers: [STUN, TURN], iceTransportPolicy: "all" }]);
});

test("those without an end are not renewed, and nothing is after closing", async () => {
  answers = [servers({ expires_at: null })];
  const ours = ice();
  await ours.get();
  ours.keepFresh(() => {});
  expect(timers.waiting).toBe(0);
  const closed = ice();
  await closed.get();
  closed.close();
  closed.keepFresh(() => expect.fail("closed"));
  expect(timers.waiting).toBe(0);
});
