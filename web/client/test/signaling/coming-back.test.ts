import { describe, expect, test } from "vitest";
import { NetworkError, NotLoggedInError } from "../../src/errors.js";
import { FIRST_MS_MAX, LATER_MS_MAX } from "../../src/signaling/backoff.js";
import { HELD_MS_MIN } from "../../src/signaling/connection.js";
import { PING_MS, walletState } from "../fakes/socket.js";
import { settled } from "../fakes/timers.js";
import { ended, greeted, opened, world } from "./world.js";

describe("coming back", () => {
  test("is as the same device, with the newest resume token", async () => {
    const { connection, timers, sockets } = world;
    const first = await opened();
    first.closes(1006);
    expect(connection.state).toBe("waiting");
    expect(connection.retryAtMs).toBe(timers.now() + FIRST_MS_MAX / 2);
    await timers.advance(FIRST_MS_MAX / 2);
    expect([connection.state, connection.retryAtMs]).toEqual(["connecting", null]);
    const second = greeted({ resume_token: "resume-2" });
    expect(second.sent[0]).toMatchObject({ type: "hello", resume_token: "resume-1" });
    second.closes(1001);
    await timers.advance(FIRST_MS_MAX);
    greeted();
    expect(sockets.newest.sent[0]).toMatchObject({ resume_token: "resume-2" });
  });

  test("what comes late from a socket that was left is nobody's", async () => {
    const { connection, timers, heard } = world;
    const first = await opened();
    first.closes(1006);
    await timers.advance(FIRST_MS_MAX);
    greeted();
    const before = heard.length;
    first.says(ended());
    first.closes(4411);
    expect([heard.length, connection.state]).toEqual([before, "open"]);
  });

  test("waits longer each time, up to a limit, and anything less by chance", async () => {
    const { connection, timers, sockets, state } = world;
    state.random = 0.999_999;
    connection.start();
    await settled();
    const waits: number[] = [];
    for (let failure = 0; failure < 8; failure++) {
      sockets.newest.closes(1006);
      const waitMs = Math.round((connection.retryAtMs ?? 0) - timers.now());
      waits.push(waitMs);
      await timers.advance(waitMs);
    }
    expect(waits).toEqual([500, 1_000, 2_000, 4_000, 8_000, 15_000, 15_000, 15_000]);
    state.random = 0;
    sockets.newest.closes(1006);
    expect(connection.retryAtMs).toBe(timers.now());
  });

  test("begins anew after a connection that held, not after one that did not", async () => {
    const { connection, timers, sockets } = world;
    const waitMs = () => (connection.retryAtMs ?? 0) - timers.now();
    await opened();
    sockets.newest.closes(1006);
    await timers.advance(waitMs());
    greeted();
    await timers.advance(100);
    sockets.newest.closes(1006);
    expect(waitMs()).toBe(FIRST_MS_MAX);
    await timers.advance(waitMs());
    const socket = greeted();
    for (let passed = 0; passed < HELD_MS_MIN; passed += PING_MS) {
      await timers.advance(PING_MS);
      socket.says({ type: "ping" });
    }
    socket.closes(1006);
    expect(waitMs()).toBe(FIRST_MS_MAX / 2);
  });

  test("no network is a reason to wait, being logged out is not", async () => {
    const { connection, timers, state, sockets } = world;
    state.failure = new NetworkError();
    connection.start();
    await settled();
    expect(connection.state).toBe("waiting");
    state.failure = new NotLoggedInError();
    await timers.advance(LATER_MS_MAX);
    expect([connection.state, sockets.all.length, timers.waiting]).toEqual(["refused", 0, 0]);
    world.wake();
    expect(connection.state).toBe("refused");
    state.failure = null;
    await opened();
    expect(connection.state).toBe("open");
  });

  test("a URL that is none, or cannot be told, is tried again", async () => {
    const { connection, timers, state } = world;
    state.url = () => Promise.reject(new NetworkError());
    connection.start();
    await settled();
    expect(connection.state).toBe("waiting");
    state.url = async () => "wss://elsewhere.example/ws";
    await timers.advance(LATER_MS_MAX);
    expect(world.sockets.newest.url).toBe("wss://elsewhere.example/ws");
  });

  test("the network, or the person, coming back is the moment to try", async () => {
    const { connection, wake, sockets } = world;
    const first = await opened();
    first.closes(1006);
    wake();
    await settled();
    greeted();
    expect([connection.state, sockets.all.length]).toEqual(["open", 2]);
    connection.retryNow();
    await settled();
    expect(sockets.all.length).toBe(2);
  });

  test("somebody else's device begins anew", async () => {
    const { connection } = world;
    const socket = await opened({ wallet: walletState(3) });
    socket.closes(4401);
    connection.stop();
    await opened();
    expect(world.sockets.newest.sent[0]).toMatchObject({ token: "token-1", resume_token: null });
  });
});
