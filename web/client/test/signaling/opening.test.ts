import { describe, expect, test } from "vitest";
import { NotConnectedError } from "../../src/errors.js";
import { WELCOME_MS_MAX } from "../../src/signaling/link.js";
import { welcome } from "../fakes/socket.js";
import { settled } from "../fakes/timers.js";
import { ended, opened, world } from "./world.js";

describe("opening", () => {
  test("says hello first, and is open with the welcome", async () => {
    const { connection, sockets, heard, timers } = world;
    connection.start();
    connection.start();
    await settled();
    const socket = sockets.newest;
    expect(socket.url).toBe("wss://talktime.example/ws");
    expect(socket.sent).toEqual([]);
    socket.opens();
    const device = { resume_token: null, received: null, ticket: null, device_name: "Ann's laptop" };
    const hello = { type: "hello", token: "token-1", ...device };
    expect(socket.sent).toEqual([hello]);
    expect(() => connection.send({ type: "pong" })).toThrow(NotConnectedError);
    socket.says(welcome());
    expect(heard).toEqual(["connecting", "open", { welcome: "device" }]);
    expect(sockets.all.length).toBe(1);
    connection.stop();
    expect([socket.closedWith, timers.waiting, world.wakers.size]).toEqual([1000, 0, 0]);
    expect(heard.slice(3)).toEqual(["idle"]);
  });

  test("answers each ping, and tells nobody", async () => {
    const { heard } = world;
    const socket = await opened();
    socket.says({ type: "ping" });
    expect(socket.last).toEqual({ type: "pong", received: 0 });
    expect(heard.length).toBe(3);
  });

  test.each([
    "",
    "{",
    "null",
    "[]",
    "7",
    '"ping"',
    "{}",
    '{"type":null}',
    '{"type":"toString"}',
    '{"type":"__proto__"}',
    '{"type":"call.of_a_newer_server","call_id":7}',
    new ArrayBuffer(4),
    undefined,
  ])("goes on after %s", async (frame) => {
    const socket = await opened();
    socket.frame(frame);
    socket.says(ended());
    expect(world.heard.slice(3)).toEqual([ended()]);
  });

  test("a listener that throws harms neither the socket nor the others", async () => {
    const reported: unknown[] = [];
    const before = globalThis.reportError;
    globalThis.reportError = (error: unknown) => void reported.push(error);
    const { connection, heard } = world;
    connection.on("message", () => {
      throw new Error("broken");
    });
    const socket = await opened();
    socket.says(ended());
    globalThis.reportError = before;
    expect([heard.at(-1), connection.state, reported.length]).toEqual([ended(), "open", 1]);
  });

  test("a welcome that never comes is not waited for", async () => {
    const { connection, timers, sockets } = world;
    connection.start();
    await settled();
    sockets.newest.opens();
    await timers.advance(WELCOME_MS_MAX);
    expect(connection.state).toBe("waiting");
    expect(sockets.newest.closedWith).toBe(1000);
  });

  test("whoever stops while being told is not told the rest", async () => {
    const { connection, heard } = world;
    connection.on("state", (state) => {
      if (state === "open") connection.stop();
    });
    await opened();
    expect(heard).toEqual(["connecting", "open", "idle"]);
  });

  test("stopping while a token is fetched opens nothing", async () => {
    const { connection, sockets } = world;
    connection.start();
    connection.stop();
    await settled();
    expect([sockets.all.length, connection.state]).toEqual([0, "idle"]);
  });
});
