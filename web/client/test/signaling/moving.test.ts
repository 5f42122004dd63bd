import { describe, expect, test } from "vitest";
import { FIRST_MS_MAX, LATER_MS_MAX } from "../../src/signaling/backoff.js";
import { QUIET_MS } from "../../src/signaling/connection.js";
import type { FromClient } from "../../src/signaling/messages.js";
import type { FakeSocket } from "../fakes/socket.js";
import { welcome } from "../fakes/socket.js";
import { settled } from "../fakes/timers.js";
import { CALL_ID, ended, greeted, opened, world } from "./world.js";

const DELAY_MS = 700;
const hangUp: FromClient = { type: "call.hang_up", call_id: CALL_ID, ref: null };
const said = ({ sent }: FakeSocket) => sent.slice(1).map(({ type, seq }) => `${type}: ${seq}`);

/** The server is about to stop, and the moment has come to open the next socket. */
async function moving(): Promise<{ old: FakeSocket; next: FakeSocket }> {
  const old = await opened();
  old.says({ type: "server.moving", delay_ms: DELAY_MS, seq: 1 });
  await world.timers.advance(DELAY_MS - 1);
  expect(world.sockets.all.length).toBe(1);
  await world.timers.advance(1);
  const next = world.sockets.newest;
  expect([world.sockets.all.length, old.closedWith]).toEqual([2, null]);
  world.heard.length = 0;
  return { old, next };
}

describe("moving to another server (D16)", () => {
  test("is to be there before leaving, and to be open all the time", async () => {
    const { old, next } = await moving();
    old.says({ ...ended(), seq: 2 });
    next.opens();
    expect(next.sent[0]).toMatchObject({ type: "hello", resume_token: "resume-1", received: 2 });
    expect(old.closedWith).toBeNull();
    next.says(welcome({ resume_token: "resume-2" }));
    expect([old.closedWith, world.connection.state]).toEqual([1000, "open"]);
    expect(world.heard).toEqual([{ ...ended(), seq: 2 }, { welcome: "device" }]);
    world.connection.send(hangUp);
    expect([said(old), said(next)]).toEqual([[], ["call.hang_up: 1"]]);
    await world.timers.advance(DELAY_MS);
    expect(world.sockets.all.length).toBe(2);
  });

  test("what is said after the hello waits for the welcome: two servers may have the device", async () => {
    const { old, next } = await moving();
    world.connection.send(hangUp);
    next.opens();
    world.connection.send(hangUp);
    expect([said(old), said(next)]).toEqual([["call.hang_up: 1"], []]);
    next.says(welcome({ resumed: true, received: 1 }));
    expect(said(next)).toEqual(["call.hang_up: 2"]);
  });

  test("that fails is tried again, and the old socket is used as long as there is one", async () => {
    const { old, next } = await moving();
    next.opens();
    world.connection.send(hangUp);
    next.closes(1006);
    expect([said(old), world.connection.state, world.connection.retryAtMs]).toEqual([
      ["call.hang_up: 1"],
      "open",
      null,
    ]);
    await world.timers.advance(FIRST_MS_MAX);
    expect(world.sockets.all.length).toBe(3);
    world.state.random = 0;
    world.sockets.newest.closes(1006);
    old.closes(1001);
    expect(world.connection.state).toBe("waiting");
    await world.timers.advance(0);
    greeted({ resumed: true, received: 1 });
    expect([world.connection.state, world.sockets.all.length]).toEqual(["open", 4]);
  });

  test("that is refused changes nothing for the socket in use: it is still this device", async () => {
    const { old, next } = await moving();
    next.opens();
    next.closes(4403);
    world.connection.send(hangUp);
    expect(said(old)).toEqual(["call.hang_up: 1"]);
    await world.timers.advance(FIRST_MS_MAX);
    world.sockets.newest.opens();
    expect(world.sockets.newest.sent[0]).toMatchObject({ token: "token-2", resume_token: "resume-1" });
  });

  test("nobody hears of a socket that closes a moment too early", async () => {
    const { old, next } = await moving();
    next.opens();
    old.closes(4409);
    await world.timers.advance(QUIET_MS - 1);
    next.says(welcome());
    expect(world.heard).toEqual([{ welcome: "device" }]);
    await world.timers.advance(QUIET_MS);
    expect(world.connection.state).toBe("open");
  });

  test("of one that closes much too early they do", async () => {
    const { old, next } = await moving();
    next.opens();
    old.closes(4409);
    await world.timers.advance(QUIET_MS);
    expect(world.connection.state).toBe("connecting");
    next.says(welcome());
    expect(world.heard).toEqual(["connecting", "open", { welcome: "device" }]);
    expect(next.sent[0]).toMatchObject({ resume_token: "resume-1" });
  });

  test("a socket that breaks before the moment comes is followed by one, not by two", async () => {
    const old = await opened();
    old.says({ type: "server.moving", delay_ms: DELAY_MS });
    old.closes(1006);
    await world.timers.advance(FIRST_MS_MAX);
    greeted();
    await world.timers.advance(LATER_MS_MAX / 2);
    expect(world.sockets.all.length).toBe(2);
  });

  test("a socket that breaks while the next one is asked for is followed by one, too", async () => {
    const old = await opened();
    old.says({ type: "server.moving", delay_ms: 0 });
    let tell = (_: string) => {};
    world.state.url = () => new Promise((resolve) => (tell = resolve));
    await world.timers.advance(0);
    old.closes(1001);
    tell("wss://talktime.example/ws");
    world.state.url = async () => "wss://talktime.example/ws";
    await settled();
    greeted();
    await world.timers.advance(FIRST_MS_MAX);
    expect([world.sockets.all.length, world.connection.state]).toEqual([2, "open"]);
  });

  test("whoever stops has neither socket any more", async () => {
    const { old, next } = await moving();
    next.opens();
    world.connection.stop();
    expect([old.closedWith, next.closedWith, world.timers.waiting]).toEqual([1000, 1000, 0]);
  });
});
