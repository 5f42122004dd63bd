import { beforeEach, expect, test } from "vitest";
import { PEOPLE_MAX, Presence } from "../../src/presence/presence.js";
import type { PresenceState, ServerMessage } from "../../src/signaling/messages.js";
import { FakeSignaling } from "../fakes/signaling.js";
import { settled } from "../fakes/timers.js";

let signaling: FakeSignaling;
let presence: Presence;
let changes: number;

beforeEach(() => {
  signaling = new FakeSignaling();
  presence = new Presence(signaling);
  changes = 0;
  presence.on("changed", () => {
    changes += 1;
  });
});

const told = (account_id: string, state: PresenceState): ServerMessage => ({
  type: "presence",
  people: [{ account_id, state, last_seen_at: null }],
  ref: null,
});

/** Whom the server was asked for since the last time, each time. */
const asked = () =>
  signaling.sent.splice(0).map((message) => (message.type === "presence.watch" ? message.account_ids : message));

test("a screen asks once for all whom it shows, and again for whom it shows then (D15)", async () => {
  const stop = presence.watch(["ann", "ben"]);
  presence.watch(["ben", "eve"]);
  await settled();
  expect(asked()).toEqual([["ann", "ben", "eve"]]);
  stop();
  presence.watch(["eve"]);
  await settled();
  expect(asked()).toEqual([["ben", "eve"]]);
});

test("the same people on another screen are not asked for again, and nobody is asked for in the end", async () => {
  const stop = presence.watch(["ann"]);
  await settled();
  const stopLater = presence.watch(["ann"]);
  stop();
  await settled();
  expect(asked()).toEqual([["ann"]]);
  stopLater();
  await settled();
  expect(asked()).toEqual([[]]);
});

test("what is said of somebody is known until it changes, or nobody looks any more", async () => {
  const stop = presence.watch(["ann"]);
  await settled();
  expect([presence.of("ann"), changes]).toEqual([null, 0]);
  signaling.tell(told("ann", "available"));
  signaling.tell(told("ann", "do_not_disturb"));
  expect([presence.of("ann")?.state, changes]).toEqual(["do_not_disturb", 2]);
  stop();
  await settled();
  expect(presence.of("ann")).toBeNull();
});

test("another server is asked again, one that resumes is not", async () => {
  presence.watch(["ann"]);
  await settled();
  asked();
  signaling.lose();
  signaling.resume();
  await settled();
  expect(asked()).toEqual([]);
  signaling.lose();
  signaling.comeBack();
  await settled();
  expect(asked()).toEqual([["ann"]]);
});

test("whoever logs out leaves nothing behind", async () => {
  presence.watch(["ann"]);
  await settled();
  signaling.tell(told("ann", "available"));
  signaling.become("idle");
  expect(presence.of("ann")).toBeNull();
  presence.close();
  signaling.tell(told("ann", "available"));
  expect(presence.of("ann")).toBeNull();
});

test("of too many the newest are asked for", async () => {
  presence.watch(["first"]);
  presence.watch(Array.from({ length: PEOPLE_MAX }, (_, number) => `person ${number}`));
  await settled();
  const [ids] = asked() as string[][];
  expect([ids?.length, ids?.includes("first")]).toEqual([PEOPLE_MAX, false]);
});
