import { beforeEach, expect, test } from "vitest";
import type { MediaState } from "../../src/peer/media-state.js";
import { DEAD_MS_MAX, MediaWatch } from "../../src/peer/watch.js";
import { FakePeerConnection } from "../fakes/peer-connection.js";
import { FakeTimers } from "../fakes/timers.js";

const NOTHING = { audio: false, video: false, screen: false };
let [timers, pc] = [new FakeTimers(), new FakePeerConnection()];
let theirs: MediaState | null = null;
let heard: string[] = [];

beforeEach(() => {
  [timers, pc, theirs, heard] = [new FakeTimers(), new FakePeerConnection(), null, []];
  pc.addTransceiver("audio", { direction: "sendrecv", streams: [] }).currentDirection = "sendrecv";
});

function watch(): MediaWatch {
  return new MediaWatch({
    pc: pc as unknown as RTCPeerConnection,
    theirs: () => theirs,
    flowing: () => heard.push("flowing"),
    quality: (quality) => heard.push(quality),
    dead: () => heard.push("dead"),
    timers,
  });
}

function received(packetsReceived: number): void {
  pc.stats = [{ type: "inbound-rtp", packetsReceived }];
}

test("media flows when it is connected and something has come in, not before", async () => {
  watch();
  received(5);
  await timers.advance(1_000);
  expect(heard).toEqual([]);
  received(0);
  pc.becomes("connected");
  await timers.advance(1_000);
  expect(heard).toEqual([]);
  received(1);
  await timers.advance(200);
  expect(heard).toContain("flowing");
});

test("who says that they send nothing is not waited for", async () => {
  watch();
  pc.becomes("connected");
  theirs = { ...NOTHING, audio: true };
  await timers.advance(1_000);
  expect(heard).toEqual([]);
  theirs = NOTHING;
  await timers.advance(200);
  expect(heard).toContain("flowing");
});

test("nor is who cannot send, without saying so", async () => {
  watch();
  pc.becomes("connected");
  for (const transceiver of pc.transceivers) transceiver.currentDirection = "sendonly";
  await timers.advance(200);
  expect(heard).toContain("flowing");
});

test("it flows once; from then on it is judged, the worse of two samples", async () => {
  theirs = { ...NOTHING, audio: true };
  watch();
  pc.becomes("connected");
  received(100);
  await timers.advance(200);
  expect(heard).toEqual(["good", "flowing"]);
  for (const packets of [200, 200, 300, 400]) {
    received(packets);
    await timers.advance(2_000);
  }
  expect(heard.slice(2)).toEqual(["good", "lost", "lost", "good"]);
});

test("what is disconnected is lost, whatever the statistics say", async () => {
  watch();
  pc.becomes("connected");
  received(100);
  await timers.advance(200);
  pc.becomes("disconnected");
  received(200);
  await timers.advance(2_000);
  expect(heard.at(-1)).toBe("lost");
});

test("a path that is gone for long is dead; one that comes back is not", async () => {
  watch();
  pc.becomes("connected");
  received(100);
  await timers.advance(200);
  for (const state of ["failed", "connected", "disconnected"]) {
    pc.becomes(state);
    await timers.advance(DEAD_MS_MAX - 2_000);
  }
  expect(heard).not.toContain("dead");
  await timers.advance(4_000);
  expect(heard).toContain("dead");
});

test("a browser that gives no statistics is asked again", async () => {
  watch();
  pc.becomes("connected");
  const { getStats } = pc;
  pc.getStats = () => Promise.reject(new DOMException("not now", "InvalidStateError"));
  await timers.advance(1_000);
  expect(heard).toEqual([]);
  received(1);
  pc.getStats = getStats;
  await timers.advance(200);
  expect(heard).toContain("flowing");
});

test("closing ends it, also while the browser thinks", async () => {
  const ours = watch();
  pc.becomes("connected");
  received(1);
  const getStats = pc.getStats.bind(pc);
  pc.getStats = () => {
    ours.close();
    return getStats();
  };
  await timers.advance(10_000);
  expect([heard, timers.waiting]).toEqual([[], 0]);
});
