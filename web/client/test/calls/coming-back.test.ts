/** What the server says of a call to a device that is back. */

import { expect, test } from "vitest";
import { step } from "../../src/calls/machine.js";
import { type CallModel, costOf, placing, talkMsOf, timeLeftMsOf } from "../../src/calls/model.js";
import type { ServerMessage } from "../../src/signaling/messages.js";
import * as server from "../fakes/server.js";
import { MINUTE_MS, snapshot } from "../fakes/server.js";

const INVITE = { type: "call.invite", ref: "invite-1", callee_id: null, callee_user_name: "ben" } as const;

function talking(sinceMs: number): CallModel {
  const said: ServerMessage[] = [
    server.authorizing("invite-1"),
    server.rings(),
    server.accepted(),
    server.active(),
    server.lease(0, 2 * MINUTE_MS),
  ];
  const placed = step(placing(INVITE, sinceMs), { type: "welcomed", snapshot: null }, sinceMs).call;
  return said.reduce((call, message) => step(call, { type: "told", message }, sinceMs).call, placed);
}

test("the server's talk time counts, whatever was counted here meanwhile (D8)", () => {
  const lost = step(talking(0), { type: "offline", waitMs: 30_000 }, 55_000).call;
  const held = snapshot("active", { talk_ms: 59_000, paid_ms: 2 * MINUTE_MS });
  const back = step(lost, { type: "welcomed", snapshot: held }, 65_000).call;
  expect(talkMsOf(back, 65_000)).toBe(59_000);
  expect(costOf(back, 65_000)?.minutesStarted).toBe(1);
  expect(costOf(back, 66_001)?.minutesStarted).toBe(2);
});

test("a talk time that this machine slept through is the server's", () => {
  const lost = step(talking(0), { type: "offline", waitMs: 30_000 }, 5_000).call;
  const held = snapshot("active", { talk_ms: 20_000, paid_ms: 2 * MINUTE_MS });
  const back = step(lost, { type: "welcomed", snapshot: held }, 6_000).call;
  expect(talkMsOf(back, 6_000)).toBe(20_000);
});

test("while the server is away nothing is counted beyond what is paid", () => {
  const money = { balance_minor: 1_000_000 };
  const lost = step(talking(0), { type: "offline", waitMs: 30_000 }, 55_000).call;
  expect(timeLeftMsOf(talking(0), money, 55_000)).toBeGreaterThan(2 * MINUTE_MS);
  expect(timeLeftMsOf(lost, money, 55_000)).toBe(2 * MINUTE_MS - 55_000);
  expect([talkMsOf(lost, 9 * MINUTE_MS), timeLeftMsOf(lost, money, 9 * MINUTE_MS)]).toEqual([2 * MINUTE_MS, 0]);
  expect(costOf(lost, 9 * MINUTE_MS)?.minutesStarted).toBe(1);
});
