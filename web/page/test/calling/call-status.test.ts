import type { Call } from "@talktime/client";
import { expect, test } from "vitest";
import { statusOf, statusText } from "../../src/calling/call-status.js";
import "../english.js";

type Facts = Pick<Call, "state" | "peerLost" | "quality">;
const call = (facts: Partial<Facts> = {}): Facts => ({
  state: "active",
  peerLost: false,
  quality: "good",
  ...facts,
});

test("a call that simply goes on waits for nothing", () => {
  expect(statusOf(call(), "open", true)).toBeNull();
  expect(statusOf(call({ quality: "poor" }), "open", true)).toBeNull();
});

test.each(["waiting", "connecting", "refused"] as const)("one's own line comes first: %s", (state) => {
  expect(statusOf(call({ peerLost: true, state: "reconnecting" }), state, true)).toBe("serverAway");
});

test("a device without network is told apart from a server that is away", () => {
  expect(statusOf(call(), "waiting", false)).toBe("offline");
  expect(statusOf(call(), "waiting", true)).toBe("serverAway");
});

test("the other one's loss, the beginning and interrupted media are told apart", () => {
  expect(statusOf(call({ peerLost: true, state: "reconnecting" }), "open", true)).toBe("peerLost");
  expect(statusOf(call({ state: "connecting", quality: null }), "open", true)).toBe("connecting");
  expect(statusOf(call({ quality: "lost" }), "open", true)).toBe("mediaLost");
});

test("after the end nothing is waited for", () => {
  expect(statusOf(call({ state: "ended", peerLost: true }), "waiting", true)).toBeNull();
});

test("a loss names who was lost", () => {
  expect(statusText("peerLost", "ben")).toBe("ben lost the connection, waiting…");
  expect(statusText("offline", "ben")).toBe("You are offline, reconnecting…");
  expect(statusText("serverAway", "ben")).toContain("as far as it is paid");
});
