import { describe, expect, test } from "vitest";
import { NotLoggedInError } from "../../src/errors.js";
import { closeCodeValues } from "../../src/generated/to-client.js";
import { FIRST_MS_MAX } from "../../src/signaling/backoff.js";
import { afterClose } from "../../src/signaling/close-codes.js";
import { greeted, opened, world } from "./world.js";

describe("close code", () => {
  const again = [1000, 1001, 1005, 1006, 1009, 1011, 3000, 4400, 4408, 4410, 4429, 4430, 4503, 4999];

  test.each(again)("%i: the same device comes back with the same token", async (code) => {
    const socket = await opened();
    socket.closes(code);
    await world.timers.advance(FIRST_MS_MAX);
    greeted();
    expect(world.sockets.newest.sent[0]).toMatchObject({ token: "token-1", resume_token: "resume-1" });
  });

  test("4401: the same device comes back with a fresh token, again and again if it must", async () => {
    const socket = await opened();
    socket.closes(4401);
    await world.timers.advance(FIRST_MS_MAX);
    world.sockets.newest.opens();
    expect(world.sockets.newest.sent[0]).toMatchObject({ token: "token-2", resume_token: "resume-1" });
    world.sockets.newest.closes(4401);
    await world.timers.advance(2 * FIRST_MS_MAX);
    greeted();
    expect(world.asked).toEqual([undefined, "token-1", "token-2"]);
  });

  test("4409: somebody else is this device now", async () => {
    const socket = await opened();
    socket.closes(4409);
    await world.timers.advance(FIRST_MS_MAX);
    greeted();
    expect(world.sockets.newest.sent[0]).toMatchObject({ token: "token-1", resume_token: null });
  });

  test.each([4403, 4411])(
    "%i: the API says whether the session is over, and then it is over here",
    async (code) => {
      const { connection, state, timers, sockets, asked } = world;
      const socket = await opened();
      state.failure = new NotLoggedInError();
      socket.closes(code);
      await timers.advance(FIRST_MS_MAX);
      expect([connection.state, sockets.all.length]).toEqual(["refused", 1]);
      expect(asked).toEqual([undefined, "token-1"]);
    },
  );

  test.each([4403, 4411])("%i: whoever has logged in again meanwhile is a new device", async (code) => {
    const socket = await opened();
    socket.closes(code);
    await world.timers.advance(FIRST_MS_MAX);
    greeted();
    expect(world.sockets.newest.sent[0]).toMatchObject({ token: "token-2", resume_token: null });
  });

  test("each one of the protocol is known", () => {
    const known = closeCodeValues.filter((code) => again.includes(code) || [4401, 4403, 4409, 4411].includes(code));
    expect(known).toEqual(closeCodeValues);
    expect(afterClose(Number.NaN)).toEqual({ resume: true, freshToken: false });
  });
});
