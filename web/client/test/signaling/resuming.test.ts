import { describe, expect, test } from "vitest";
import { FIRST_MS_MAX } from "../../src/signaling/backoff.js";
import { KEPT_MAX } from "../../src/signaling/device.js";
import type { FromClient, ToClient } from "../../src/signaling/messages.js";
import type { FakeSocket } from "../fakes/socket.js";
import { CALL_ID, ended, greeted, opened, world } from "./world.js";

const hangUp = (ref: string): FromClient => ({ type: "call.hang_up", call_id: CALL_ID, ref });
const invite: FromClient = { type: "call.invite", callee_user_name: "ben", ref: "invite-1" };
const numbered = (seq: number): ToClient => ({ ...ended(), seq });
const ticket = (name: string, call_id = CALL_ID): ToClient => ({ type: "call.ticket", call_id, ticket: name });
/** What was said after the hello: refs and numbers. */
const said = ({ sent }: FakeSocket) => sent.slice(1).map((message) => `${message.ref}: ${message.seq}`);

/** The socket breaks, and the next one is let in so. */
async function back(...more: Parameters<typeof greeted>): Promise<FakeSocket> {
  world.state.random = 0;
  world.sockets.newest.closes(1006);
  await world.timers.advance(FIRST_MS_MAX);
  return greeted(...more);
}

describe("what this device says (D8)", () => {
  test("has numbers, and comes again after a resume where the server did not get it", async () => {
    const socket = await opened();
    for (const ref of ["a", "b", "c"]) world.connection.send(hangUp(ref));
    expect(said(socket)).toEqual(["a: 1", "b: 2", "c: 3"]);
    const second = await back({ resumed: true, received: 1 });
    expect(said(second)).toEqual(["b: 2", "c: 3"]);
    world.connection.send(hangUp("d"));
    expect(said(second).at(-1)).toBe("d: 4");
    expect(said(await back({ resumed: true, received: 4 }))).toEqual([]);
  });

  test("while there is no socket waits for the resume", async () => {
    const socket = await opened();
    world.connection.send(hangUp("a"));
    socket.closes(1006);
    world.connection.post(hangUp("b"));
    await world.timers.advance(FIRST_MS_MAX);
    expect(said(greeted({ resumed: true, received: 1 }))).toEqual(["b: 2"]);
  });

  test("is left to the state of the call where the device is new there; what never was said, is said", async () => {
    const socket = await opened();
    world.connection.send(hangUp("a"));
    socket.closes(1006);
    world.connection.post(hangUp("b"));
    world.connection.post(invite);
    await world.timers.advance(FIRST_MS_MAX);
    const second = greeted({ resumed: false });
    expect(said(second)).toEqual(["invite-1: 1"]);
    world.connection.send(hangUp("c"));
    expect(said(second).at(-1)).toBe("c: 2");
  });

  test("is nothing before the first welcome, and nothing of an earlier account", async () => {
    world.connection.post(hangUp("early"));
    await opened();
    world.connection.stop();
    world.connection.post(hangUp("late"));
    expect(said(await opened())).toEqual([]);
  });

  test("is kept within bounds", async () => {
    const socket = await opened();
    socket.closes(1006);
    for (let ref = 1; ref <= KEPT_MAX + 5; ref++) world.connection.post(hangUp(String(ref)));
    await world.timers.advance(FIRST_MS_MAX);
    const all = said(greeted({ resumed: true }));
    expect([all.length, all[0], all.at(-1)]).toEqual([KEPT_MAX, "6: 6", `${KEPT_MAX + 5}: ${KEPT_MAX + 5}`]);
  });
});

describe("what the server says (D8)", () => {
  test("is taken once, in order, and its number told in pongs and at the return", async () => {
    const socket = await opened();
    socket.says(numbered(1));
    socket.says(numbered(2));
    socket.says({ type: "ping" });
    expect(socket.last).toEqual({ type: "pong", received: 2 });
    const second = await back({ resumed: true });
    expect(second.sent[0]).toMatchObject({ resume_token: "resume-1", received: 2 });
    world.heard.length = 0;
    for (const seq of [2, 3, 3, 4]) second.says(numbered(seq));
    expect(world.heard).toEqual([numbered(3), numbered(4)]);
  });

  test("counts, too, where this version does not know it", async () => {
    const socket = await opened();
    socket.frame('{"type": "call.sung", "seq": 1}');
    socket.says(numbered(2));
    expect([world.heard.at(-1), world.connection.state]).toEqual([numbered(2), "open"]);
  });

  test("begins again with another server", async () => {
    const socket = await opened();
    socket.says(numbered(1));
    const second = await back({ resumed: false });
    world.heard.length = 0;
    second.says(numbered(1));
    expect(world.heard).toEqual([numbered(1)]);
  });

  test("is asked for again where something is missing", async () => {
    const socket = await opened();
    socket.says(numbered(1));
    socket.says(numbered(3));
    expect([world.heard.at(-1), socket.closedWith]).toEqual(["waiting", 1000]);
    await world.timers.advance(FIRST_MS_MAX);
    expect(greeted({ resumed: true }).sent[0]).toMatchObject({ received: 1 });
  });
});

describe("a ticket (D12)", () => {
  test("is shown at the return, the newest one, for as long as the call lives", async () => {
    const socket = await opened();
    socket.says(ticket("first"));
    socket.says(ticket("second"));
    const second = await back({ resumed: true });
    expect(second.sent[0]).toMatchObject({ ticket: "second" });
    second.says(ended("another call"));
    const third = await back({ resumed: true });
    expect(third.sent[0]).toMatchObject({ ticket: "second" });
    third.says(ended());
    expect((await back({ resumed: true })).sent[0]).toMatchObject({ ticket: null });
  });

  test("is of no use once the server has no such call", async () => {
    const socket = await opened();
    socket.says(ticket("first"));
    expect((await back({ resumed: false })).sent[0]).toMatchObject({ ticket: "first" });
    expect((await back()).sent[0]).toMatchObject({ ticket: null });
  });

  test("does not outlive the session", async () => {
    const socket = await opened();
    socket.says(ticket("first"));
    socket.closes(4411);
    await world.timers.advance(FIRST_MS_MAX);
    expect(greeted().sent[0]).toMatchObject({ resume_token: null, received: null, ticket: null });
  });
});
