import { describe, expect, test } from "vitest";
import { deadlineOf, placing } from "../../src/calls/model.js";
import * as server from "../fakes/server.js";
import { BEN, CALL_ID, snapshot } from "../fakes/server.js";
import { ANSWER_MS, FLOWING, HANG_UP, INVITE, OFFLINE, ONLINE, Story } from "../fakes/story.js";

describe("the caller", () => {
  test("invites, rings, connects and talks (H1)", () => {
    const story = Story.caller();
    expect([story.state, story.said]).toEqual(["authorizing", ["call.invite"]]);
    story.when(server.authorizing("invite-1"));
    expect([story.state, story.call.id]).toEqual(["authorizing", CALL_ID]);
    story.when(server.rings());
    expect([story.state, story.call.other, story.did]).toEqual(["ringing", BEN, ["prepare"]]);
    story.when(server.accepted());
    expect([story.state, story.did]).toEqual(["connecting", ["negotiate"]]);
    story.when(server.offer());
    expect(story.did).toEqual(["media"]);
    story.when(FLOWING);
    expect([story.state, story.said]).toEqual(["connecting", ["call.connected"]]);
    story.when(server.active());
    expect(story.state).toBe("active");
    story.when(server.ended("hung_up", 61_480));
    expect([story.state, story.did]).toEqual(["ended", ["release"]]);
    expect(story.call.end).toEqual({ reason: "hung_up", refused: false, talkMs: 61_480 });
  });

  test("is refused, with what is missing where money is the reason (C5)", () => {
    const story = Story.caller().when(server.authorizing("invite-1"), server.refused("insufficient_funds"));
    expect(story.call.end).toEqual({
      reason: "insufficient_funds",
      refused: true,
      talkMs: 0,
      shortfallMinor: 4,
      priceMinor: 10,
      currency: "EUR",
    });
    expect(Story.caller().when(server.refused("busy")).call.end).toEqual({
      reason: "busy",
      refused: true,
      talkMs: 0,
    });
  });

  test("is refused where an own limit leaves less than a minute", () => {
    const limit = { spend_limit: "day", left_minor: 4, price_minor: 10, currency: "EUR" } as const;
    const { end } = Story.caller().when({ ...server.refused("spend_limit"), ...limit }).call;
    expect(end).toMatchObject({
      reason: "spend_limit",
      refused: true,
      spendLimit: "day",
      leftMinor: 4,
      priceMinor: 10,
    });
  });

  test("is refused for so long as there were too many calls", () => {
    const { end } = Story.caller().when(server.refused("too_many_calls")).call;
    expect(end).toEqual({ reason: "too_many_calls", refused: true, talkMs: 0, retryAfterMs: 30_000 });
  });

  test.each([
    ["malformed", "unknown_callee"],
    ["too_fast", "too_many_calls"],
    ["illegal_step", "already_in_call"],
    ["not_in_call", "already_in_call"],
  ] as const)("an invite answered with the error %s is refused as %s", (code, reason) => {
    const story = Story.caller().when(server.error(code, { ref: "invite-1" }));
    expect(story.call.end).toMatchObject({ reason, refused: true });
    expect(Story.caller().when(server.error(code, { ref: "invite-2" })).state).toBe("authorizing");
  });

  test("invites again at the next server where one takes no calls (D16)", () => {
    const story = Story.caller().when(server.error("draining", { ref: "invite-1" }), OFFLINE, ONLINE);
    expect([story.state, story.said]).toEqual(["authorizing", ["call.invite"]]);
  });

  test("waits for a connection, invites once there is one, and not for ever", () => {
    const offline = new Story(placing(INVITE, 1_000 + ANSWER_MS));
    expect(offline.when(ONLINE).said).toEqual(["call.invite"]);
    const nobody = new Story(placing(INVITE, 1_000 + ANSWER_MS)).after(ANSWER_MS).when({ type: "time" });
    expect(nobody.call.end?.reason).toBe("not_connected");
  });

  test("ringing needs no answer of this deadline", () => {
    expect(deadlineOf(Story.caller().rings().call)).toBeNull();
  });
});

describe("cancelling", () => {
  test("is done at once, and told as soon as the call has a name", () => {
    const story = Story.caller().when(HANG_UP);
    expect([story.state, story.call.end?.reason, story.said]).toEqual(["ended", "cancelled", []]);
    expect(story.when(server.authorizing("invite-1")).said).toEqual(["call.cancel"]);
  });

  test("is told once the socket is back, where it was lost before the call had a name", () => {
    const story = Story.caller().when(OFFLINE, HANG_UP, { type: "welcomed", snapshot: snapshot("ringing") });
    expect(story.said).toEqual(["call.cancel"]);
    const late = Story.caller().when(OFFLINE, HANG_UP, ONLINE, server.rings());
    expect(late.said).toEqual(["call.cancel"]);
  });

  test("says cancel while it rings, and again where an accept crosses it (D8)", () => {
    const story = Story.caller().rings().when(HANG_UP);
    expect([story.said, story.did]).toEqual([["call.cancel"], ["say", "release"]]);
    expect(story.when(server.accepted()).said).toEqual(["call.cancel"]);
    expect(story.when(server.active()).said).toEqual(["call.cancel"]);
    expect(story.when(server.ended("hung_up", 40)).call.end).toMatchObject({ reason: "hung_up", talkMs: 40 });
    expect(story.when(server.active()).said).toEqual([]);
  });

  test("of a call that was never invited says nothing", () => {
    const story = new Story(placing(INVITE, 1_000 + ANSWER_MS)).when(HANG_UP, ONLINE);
    expect([story.said, story.call.end?.reason]).toEqual([[], "cancelled"]);
  });
});

describe("the callee", () => {
  test("accepts and talks", () => {
    const story = Story.callee().when({ type: "accept" });
    expect([story.state, story.said, story.did]).toEqual(["connecting", ["call.accept"], ["say", "prepare"]]);
    expect(story.when(server.accepted()).did).toEqual(["negotiate"]);
    story.when(FLOWING, server.active());
    expect([story.state, story.cost]).toEqual(["active", null]);
  });

  test("declines", () => {
    const story = Story.callee().when(HANG_UP);
    expect([story.said, story.call.end?.reason]).toEqual([["call.decline"], "declined"]);
  });

  test("stops ringing where another device answers, the caller cancels, or nobody answers (D9)", () => {
    expect(Story.callee().when(server.answeredElsewhere()).call.end?.reason).toBe("answered_elsewhere");
    expect(Story.callee().when({ type: "accept" }, server.answeredElsewhere()).call.end?.reason).toBe(
      "answered_elsewhere",
    );
    expect(Story.callee().when(server.ended("cancelled")).call.end?.reason).toBe("cancelled");
    expect(Story.callee().when(server.ended("missed")).call.end?.reason).toBe("missed");
  });

  test("stops ringing by itself where the news of the end was lost, and tells nobody to", () => {
    const story = Story.callee().after(50_000).when({ type: "time" });
    expect([story.call.end?.reason, story.said]).toEqual(["missed", []]);
  });

  test("does not decline for the other devices by leaving", () => {
    for (const away of [{ type: "leave" }, { type: "cut_off" }] as const) {
      const story = Story.callee().when(away);
      expect([story.state, story.said]).toEqual(["ended", []]);
      expect(story.when({ type: "welcomed", snapshot: snapshot("ringing", { role: "callee" }) }).said).toEqual([]);
    }
    expect(Story.callee().talks().when({ type: "leave" }).said).toEqual(["call.hang_up"]);
  });

  test("was not asked: whoever is accepted without having accepted hangs up", () => {
    const story = Story.callee().when(server.accepted());
    expect([story.said, story.state]).toEqual([["call.hang_up"], "ended"]);
  });

  test("accepts again where the socket was lost before the server heard it", () => {
    const ring = snapshot("ringing", { role: "callee" });
    const story = Story.callee().when({ type: "accept" }, OFFLINE, { type: "welcomed", snapshot: ring });
    expect([story.said, story.state]).toEqual([["call.accept"], "connecting"]);
    const connecting = snapshot("connecting", { role: "callee" });
    expect(story.when(OFFLINE, { type: "welcomed", snapshot: connecting }).did).toEqual(["negotiate"]);
  });
});

describe("glare (D10)", () => {
  const other = { type: "merged", id: "call-2", caller: BEN } as const;

  test.each([[[]], [[server.authorizing("invite-1")]]])("the invite has accepted the other's call", (before) => {
    const story = Story.caller().when(...before, other);
    expect(story.did).toEqual(["prepare"]);
    story.when(server.accepted("call-2"));
    expect([story.call.id, story.call.role, story.call.other]).toEqual(["call-2", "callee", BEN]);
    expect([story.state, story.did]).toEqual(["connecting", ["negotiate"]]);
    expect(story.when(FLOWING, server.active("call-2")).cost).toBeNull();
  });

  test("is learned from the snapshot where the socket was lost meanwhile", () => {
    const theirs = snapshot("connecting", { call_id: "call-2", role: "callee" });
    const story = Story.caller().when(server.authorizing("invite-1"), OFFLINE, {
      type: "welcomed",
      snapshot: theirs,
    });
    expect([story.call.id, story.call.role, story.did]).toEqual(["call-2", "callee", ["negotiate"]]);
  });

  test("another call that merely rings is not it", () => {
    const theirs = snapshot("ringing", { call_id: "call-2", role: "callee" });
    const story = Story.caller().when(OFFLINE, { type: "welcomed", snapshot: theirs });
    expect([story.call.id, story.state]).toEqual([null, "authorizing"]);
  });
});

describe("connecting", () => {
  test("is given up in time, and the server told", () => {
    const story = Story.caller().connects().after(20_000).when({ type: "time" });
    expect([story.said, story.call.end?.reason]).toEqual([["call.connect_failed"], "connect_failed"]);
  });

  test("is not given up by the side whose media is connected: the server decides", () => {
    const story = Story.caller().connects().when(FLOWING).after(20_000).when({ type: "time" });
    expect([story.state, deadlineOf(story.call)]).toEqual(["connecting", null]);
  });

  test.each(["connect_failed", "no_relay"] as const)("that cannot be ends with %s", (reason) => {
    const story = Story.caller().connects().when({ type: "failed", reason });
    expect([story.said, story.call.end?.reason]).toEqual([["call.connect_failed"], reason]);
    expect(story.when(server.ended("connect_failed")).call.end?.reason).toBe(reason);
  });

  test("is said again where the socket was lost in between", () => {
    const again = { type: "welcomed", snapshot: snapshot("connecting") } as const;
    const story = Story.caller().connects().when(OFFLINE, FLOWING, again);
    expect([story.said, story.did]).toEqual([["call.connected"], ["say", "recover"]]);
    expect(Story.caller().connects().when(OFFLINE, again).did).toEqual(["recover"]);
  });

  test("begins by the snapshot where the accept was not heard", () => {
    const story = Story.caller()
      .rings()
      .when(OFFLINE, { type: "welcomed", snapshot: snapshot("connecting") });
    expect([story.state, story.did]).toEqual(["connecting", ["negotiate"]]);
  });
});

test("a call whose media is lost for good ends, and costs nothing further", () => {
  const story = Story.caller().talks().after(50_000).when({ type: "failed", reason: "lost" });
  expect([story.said, story.call.end?.reason]).toEqual([["call.hang_up"], "lost"]);
  expect(story.call.endTold).toBe(false);
  expect(story.when(server.ended("hung_up", 49_900)).call.end).toMatchObject({ reason: "lost", talkMs: 49_900 });
  expect(story.call.endTold).toBe(true);
});
