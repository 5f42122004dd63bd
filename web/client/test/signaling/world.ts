/** A connection, and all that it needs, in the hands of a test. */

import { beforeEach } from "vitest";
import { Connection } from "../../src/signaling/connection.js";
import type { ToClient } from "../../src/signaling/messages.js";
import { FakeSockets, PING_MS, welcome } from "../fakes/socket.js";
import { FakeTimers, settled } from "../fakes/timers.js";

export const FRESH_MS = 500_000;
export const CALL_ID = "01985d21-0f58-7e36-8c71-5a9d4e3b2c04";

/** The one of the running test. */
export let world = newWorld();

beforeEach(() => {
  world = newWorld();
});

function newWorld() {
  const timers = new FakeTimers();
  const sockets = new FakeSockets();
  const heard: unknown[] = [];
  const wakers = new Set<() => void>();
  const asked: (string | undefined)[] = [];
  let serial = 0;
  const state = { url: async () => "wss://talktime.example/ws", failure: null as Error | null, random: 0.5 };
  const connection = new Connection({
    url: () => state.url(),
    async token(refused) {
      asked.push(refused);
      if (state.failure) throw state.failure;
      if (serial === 0 || refused === `token-${serial}`) serial += 1;
      return { accessToken: `token-${serial}`, freshMs: FRESH_MS };
    },
    WebSocket: sockets.WebSocket,
    timers,
    wake: (listener) => {
      wakers.add(listener);
      return () => void wakers.delete(listener);
    },
    random: () => state.random,
    deviceName: "Ann's laptop",
  });
  connection.on("state", (now) => heard.push(now));
  connection.on("welcome", ({ device_id }) => heard.push({ welcome: device_id }));
  connection.on("message", (message) => heard.push(message));
  const wake = () => {
    for (const each of wakers) each();
  };
  const renew = () => {
    serial += 1;
  };
  return { connection, timers, sockets, heard, asked, state, wakers, wake, renew };
}

/** Start, and be let in. */
export async function opened(more: Parameters<typeof welcome>[0] = {}) {
  world.connection.start();
  await settled();
  return greeted(more);
}

/** The newest socket opens and the server lets the device in. */
export function greeted(more: Parameters<typeof welcome>[0] = {}) {
  const socket = world.sockets.newest;
  socket.opens();
  socket.says(welcome(more));
  return socket;
}

export const ended = (call_id = CALL_ID): ToClient => ({
  type: "call.ended",
  call_id,
  reason: "hung_up",
  talk_ms: 0,
});
export const missed = (pings: number) => PING_MS * pings;
