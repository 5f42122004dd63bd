import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Restarts } from "../../src/peer/restarts.js";
import { FakePeerConnection } from "../fakes/peer-connection.js";
import { FakeTimers } from "../fakes/timers.js";

let [timers, pc, page, network] = [
  new FakeTimers(),
  new FakePeerConnection(),
  new EventTarget(),
  new EventTarget(),
];

beforeEach(() => {
  [timers, pc, page, network] = [new FakeTimers(), new FakePeerConnection(), new EventTarget(), new EventTarget()];
  vi.stubGlobal("navigator", { connection: network });
  vi.stubGlobal("addEventListener", page.addEventListener.bind(page));
  vi.stubGlobal("removeEventListener", page.removeEventListener.bind(page));
});

afterEach(() => {
  vi.unstubAllGlobals();
});

async function restarts(state = "connected"): Promise<Restarts> {
  await pc.setLocalDescription();
  const ours = new Restarts(pc as unknown as RTCPeerConnection, timers);
  pc.becomes(state);
  return ours;
}

test("paths that work are left alone", async () => {
  await restarts();
  await timers.advance(60_000);
  expect([pc.restarts, timers.waiting]).toEqual([0, 0]);
});

test("a failure restarts at once, and again until it works", async () => {
  await restarts();
  pc.becomes("failed");
  expect(pc.restarts).toBe(1);
  await timers.advance(5_000);
  expect(pc.restarts).toBe(2);
  pc.becomes("connected");
  await timers.advance(60_000);
  expect(pc.restarts).toBe(2);
});

test("a path that is silent is given two seconds", async () => {
  await restarts();
  pc.becomes("disconnected");
  await timers.advance(1_900);
  pc.becomes("connected");
  await timers.advance(10_000);
  expect(pc.restarts).toBe(0);
  pc.becomes("disconnected");
  pc.becomes("disconnected");
  await timers.advance(2_000);
  expect(pc.restarts).toBe(1);
});

test("another network restarts at once (H3)", async () => {
  await restarts();
  page.dispatchEvent(new Event("online"));
  network.dispatchEvent(new Event("change"));
  expect(pc.restarts).toBe(2);
  await timers.advance(60_000);
  expect(pc.restarts).toBe(2);
});

test("a first path that does not come up is looked for again", async () => {
  await restarts("checking");
  await timers.advance(7_900);
  expect(pc.restarts).toBe(0);
  await timers.advance(6_000);
  expect(pc.restarts).toBe(2);
});

test("before the first offer there is nothing to restart", async () => {
  new Restarts(pc as unknown as RTCPeerConnection, timers);
  page.dispatchEvent(new Event("online"));
  expect(pc.restarts).toBe(0);
});

test("a browser without network information does without", async () => {
  vi.stubGlobal("navigator", {});
  await restarts();
  page.dispatchEvent(new Event("online"));
  expect(pc.restarts).toBe(1);
});

test("closing leaves nothing behind", async () => {
  const ours = await restarts("failed");
  ours.close();
  const before = pc.restarts;
  page.dispatchEvent(new Event("online"));
  network.dispatchEvent(new Event("change"));
  pc.becomes("failed");
  await timers.advance(60_000);
  expect([pc.restarts, timers.waiting]).toEqual([before, 0]);
});
