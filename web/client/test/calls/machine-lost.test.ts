import { describe, expect, test } from "vitest";
import { deadlineOf } from "../../src/calls/model.js";
import * as server from "../fakes/server.js";
import { CALL_ID, MINUTE_MS, snapshot } from "../fakes/server.js";
import { FLOWING, HANG_UP, OFFLINE, ONLINE, Story } from "../fakes/story.js";

describe("a lost socket (D8, H3)", () => {
  test("of the other side is told, and recovered from", () => {
    const story = Story.caller().talks().when(server.peerLost());
    expect([story.state, story.call.peerLost]).toEqual(["reconnecting", true]);
    story.when(server.peerResumed());
    expect([story.state, story.call.peerLost, story.did]).toEqual(["active", false, ["recover"]]);
  });

  test("of this side is come back from, with the server's figures", () => {
    const story = Story.caller().talks().after(10_000).when(OFFLINE);
    expect([story.state, story.talkMs]).toEqual(["reconnecting", 10_000]);
    expect(story.after(5_000).talkMs).toBe(15_000);
    story.when({ type: "welcomed", snapshot: snapshot("active", { talk_ms: 14_900, paid_ms: MINUTE_MS }) });
    expect([story.state, story.talkMs, story.did]).toEqual(["active", 14_900, ["recover"]]);
    expect(deadlineOf(story.call)).toBeNull();
  });

  test("hides that talk time began", () => {
    const story = Story.caller().connects().when(FLOWING, OFFLINE);
    story.when({ type: "welcomed", snapshot: snapshot("active", { talk_ms: 2_000, paid_ms: MINUTE_MS }) });
    expect([story.state, story.talkMs]).toEqual(["active", 2_000]);
  });

  test("that does not come back in time loses the call", () => {
    const story = Story.caller().talks().when(OFFLINE).after(30_000).when({ type: "time" });
    expect([story.call.end?.reason, story.talkMs]).toEqual(["lost", 30_000]);
    expect(Story.caller().talks().when({ type: "cut_off" }).call.end?.reason).toBe("lost");
  });

  test("that comes back too late finds no call, or another", () => {
    expect(Story.caller().talks().when(OFFLINE, ONLINE).call.end?.reason).toBe("lost");
    const another = snapshot("ringing", { call_id: "call-2", role: "callee" });
    expect(Story.caller().talks().when({ type: "welcomed", snapshot: another }).call.end?.reason).toBe("lost");
    const theirs = snapshot("connecting", { call_id: "call-2", role: "callee" });
    expect(Story.caller().rings().when({ type: "welcomed", snapshot: theirs }).call.end?.reason).toBe("lost");
  });

  test("hanging up meanwhile is done at once, and told on the return", () => {
    const story = Story.caller().talks().after(9_000).when(OFFLINE, HANG_UP);
    expect([story.state, story.call.end?.reason, story.talkMs]).toEqual(["ended", "hung_up", 9_000]);
    const alive = snapshot("reconnecting", { talk_ms: 12_000, paid_ms: MINUTE_MS });
    expect(story.when({ type: "welcomed", snapshot: alive }).said).toEqual(["call.cancel"]);
    story.when(server.ended("hung_up", 12_010), server.charged(12_010, 1, 10));
    expect([story.call.end?.talkMs, story.call.charge?.chargeMinor]).toEqual([12_010, 10]);
  });

  test("with an invite under way waits a little for what has become of it", () => {
    const story = Story.caller().when(OFFLINE).after(2_000).when(ONLINE);
    expect([story.state, story.said]).toEqual(["authorizing", []]);
    expect(story.when(server.rings()).state).toBe("ringing");
    const adopted = Story.caller().when(OFFLINE, { type: "welcomed", snapshot: snapshot("ringing") });
    expect([adopted.state, adopted.call.id]).toEqual(["ringing", CALL_ID]);
    const nothing = Story.caller().when(OFFLINE, ONLINE).after(5_000).when({ type: "time" });
    expect(nothing.call.end?.reason).toBe("not_connected");
  });

  test("hides the end: the charge comes all the same", () => {
    const story = Story.caller()
      .talks()
      .when(OFFLINE, ONLINE, server.charged(3_000, 1, 10));
    expect([story.call.end?.reason, story.call.end?.talkMs, story.call.charge?.minutes]).toEqual([
      "lost",
      3_000,
      1,
    ]);
    expect(
      Story.caller()
        .talks()
        .when(server.charged(3_000, 1, 10)).state,
    ).toBe("ended");
  });

  test("hides that the call is over: a step about it is answered so", () => {
    const story = Story.caller()
      .talks()
      .when(server.error("not_in_call", { call_id: CALL_ID }));
    expect(story.call.end?.reason).toBe("lost");
    expect(
      Story.caller()
        .talks()
        .when(server.error("illegal_step", { call_id: CALL_ID })).state,
    ).toBe("active");
  });
});
