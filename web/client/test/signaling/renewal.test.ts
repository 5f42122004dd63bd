import { describe, expect, test } from "vitest";
import { NetworkError } from "../../src/errors.js";
import { FIRST_MS_MAX } from "../../src/signaling/backoff.js";
import type { ToClient } from "../../src/signaling/messages.js";
import { PING_MS } from "../fakes/socket.js";
import { FRESH_MS, greeted, opened, world } from "./world.js";

describe("a token that expires while the socket is open", () => {
  const toExpire = async (socket: { says(message: ToClient): void }) => {
    for (let passed = 0; passed < FRESH_MS; passed += PING_MS) {
      await world.timers.advance(PING_MS);
      socket.says({ type: "ping" });
    }
  };
  const shown = (socket: { sent: unknown[] }) =>
    (socket.sent as { type: string }[]).filter(({ type }) => type === "authenticate");

  test("is replaced in time, by one that counts once the server says so", async () => {
    const { renew, timers, heard } = world;
    const socket = await opened();
    renew();
    await toExpire(socket);
    expect(shown(socket)).toEqual([{ type: "authenticate", token: "token-2", ref: "renewal-1" }]);
    socket.says({ type: "authenticated", ref: "renewal-1" });
    expect(heard.length).toBe(3);
    socket.closes(4401);
    await timers.advance(FIRST_MS_MAX);
    expect(world.asked.at(-1)).toBe("token-2");
  });

  test("and whose successor is refused, is followed by a new socket", async () => {
    const { renew, timers, asked } = world;
    const socket = await opened();
    renew();
    await toExpire(socket);
    socket.says({ type: "error", code: "token_refused", message: "", ref: "renewal-1", call_id: null });
    socket.says({ type: "authenticated", ref: "somebody else's" });
    socket.closes(4401);
    await timers.advance(FIRST_MS_MAX);
    expect(asked.at(-1)).toBe("token-1");
    greeted();
    expect(world.sockets.newest.sent[0]).toMatchObject({ token: "token-2", resume_token: "resume-1" });
  });

  test("is tried again where no new one can be had", async () => {
    const { renew, state, connection } = world;
    const socket = await opened();
    state.failure = new NetworkError();
    await toExpire(socket);
    expect([shown(socket), connection.state]).toEqual([[], "open"]);
    state.failure = null;
    renew();
    await world.timers.advance(PING_MS);
    socket.says({ type: "ping" });
    await world.timers.advance(PING_MS);
    expect(shown(socket)).toMatchObject([{ token: "token-2" }]);
  });
});
