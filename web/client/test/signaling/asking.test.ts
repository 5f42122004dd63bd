import { describe, expect, test } from "vitest";
import { ConnectionLostError, NotConnectedError, SignalingError } from "../../src/errors.js";
import { ANSWER_MS_MAX } from "../../src/signaling/answers.js";
import { FIRST_MS_MAX, LATER_MS_MAX } from "../../src/signaling/backoff.js";
import type { ToClient } from "../../src/signaling/messages.js";
import { PING_MS } from "../fakes/socket.js";
import { CALL_ID, greeted, opened, world } from "./world.js";

describe("asking", () => {
  const invite = { type: "call.invite", callee_user_name: "ben" } as const;

  test("is answered by what carries the ref back", async () => {
    const { connection, heard } = world;
    const socket = await opened();
    const [one, other] = [connection.request(invite), connection.request(invite)];
    expect(socket.sent.slice(1)).toEqual([
      { ...invite, ref: "request-1", seq: 1 },
      { ...invite, ref: "request-2", seq: 2 },
    ]);
    const answer = (ref: string): ToClient => ({ type: "call.authorizing", call_id: CALL_ID, ref });
    socket.says(answer("request-2"));
    socket.says(answer("request-1"));
    expect([await one, await other]).toEqual([answer("request-1"), answer("request-2")]);
    expect(heard.slice(3)).toEqual([answer("request-2"), answer("request-1")]);
    expect(world.timers.waiting).toBe(2);
  });

  test("an error is a typed error, and so are those that nobody waits for", async () => {
    const { connection, heard } = world;
    const socket = await opened();
    const errors: unknown[] = [];
    connection.on("error", (error) => errors.push([error instanceof SignalingError, error.code, error.ref]));
    const asked = connection.request(invite);
    const refused = expect(asked).rejects.toMatchObject({
      name: "SignalingError",
      code: "illegal_step",
      callId: null,
    });
    const error = (ref: string | null): ToClient => {
      return { type: "error", code: "illegal_step", message: "Not now.", ref, call_id: null };
    };
    socket.says(error(null));
    socket.says(error("somebody else's"));
    socket.says(error("request-1"));
    await refused;
    await expect(asked).rejects.toBeInstanceOf(SignalingError);
    expect(heard.slice(3)).toEqual([error(null), error("somebody else's"), error("request-1")]);
    expect(errors).toEqual([null, "somebody else's", "request-1"].map((ref) => [true, "illegal_step", ref]));
  });

  test("fails with the device, in time, and at once where there is none", async () => {
    const { connection, timers } = world;
    await expect(connection.request(invite)).rejects.toBeInstanceOf(NotConnectedError);
    const socket = await opened();
    const lost = expect(connection.request(invite)).rejects.toBeInstanceOf(ConnectionLostError);
    socket.closes(1006);
    await timers.advance(FIRST_MS_MAX);
    const second = greeted();
    await lost;
    const late = expect(connection.request(invite)).rejects.toBeInstanceOf(ConnectionLostError);
    await timers.advance(PING_MS);
    second.says({ type: "ping" });
    await timers.advance(ANSWER_MS_MAX - PING_MS);
    await late;
    expect(connection.state).toBe("open");
  });

  test("is answered on the next socket, where the device resumes there", async () => {
    const socket = await opened();
    const asked = world.connection.request(invite);
    socket.closes(1006);
    await world.timers.advance(FIRST_MS_MAX);
    const second = greeted({ resumed: true });
    expect(second.last).toEqual({ ...invite, ref: "request-1", seq: 1 });
    second.says({ type: "call.authorizing", call_id: CALL_ID, ref: "request-1", seq: 1 });
    expect(await asked).toMatchObject({ call_id: CALL_ID });
  });

  test("a server that drains is left for another one, as the same device", async () => {
    const { connection, timers, sockets } = world;
    const socket = await opened();
    const refused = expect(connection.request(invite)).rejects.toMatchObject({ code: "draining" });
    socket.says({ type: "error", code: "draining", message: "", ref: "request-1", call_id: null });
    await refused;
    expect([connection.state, socket.closedWith]).toEqual(["waiting", 1000]);
    await timers.advance(FIRST_MS_MAX);
    greeted();
    expect(sockets.newest.sent[0]).toMatchObject({ resume_token: "resume-1" });
  });

  test("whoever stops at the news of the draining is not brought back", async () => {
    const { connection, timers } = world;
    const socket = await opened();
    connection.on("message", () => connection.stop());
    socket.says({ type: "error", code: "draining", message: "", ref: null, call_id: null });
    await timers.advance(LATER_MS_MAX);
    expect([connection.state, timers.waiting]).toEqual(["idle", 0]);
  });
});
