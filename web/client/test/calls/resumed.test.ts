/** A device that resumes has lost nothing; one that changes its server, or whose call does, hears how the call stands. */

import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Calling } from "../fakes/calling.js";
import { FakePeerConnection } from "../fakes/peer-connection.js";
import * as server from "../fakes/server.js";
import { ANN, CALL_ID, MINUTE_MS, snapshot } from "../fakes/server.js";
import { HANG_UP, OFFLINE, RESUMED, Story } from "../fakes/story.js";

describe("a resume (D8)", () => {
  test("leaves the call as it was, and what was missed follows", () => {
    const story = Story.caller().talks().after(10_000).when(OFFLINE).after(5_000).when(RESUMED);
    expect([story.state, story.talkMs, story.did]).toEqual(["active", 15_000, []]);
    story.when(server.peerLost());
    expect(story.state).toBe("reconnecting");
    story.when(server.ended("hung_up", 14_000));
    expect([story.call.end?.reason, story.talkMs]).toEqual(["hung_up", 14_000]);
  });

  test("the other side that was lost before still is", () => {
    const story = Story.caller().talks().after(10_000).when(server.peerLost()).after(1_000).when(OFFLINE, RESUMED);
    expect([story.state, story.call.lostAtMs]).toEqual(["reconnecting", 11_000]);
    expect(story.when(server.peerResumed()).state).toBe("active");
  });

  test("a lease that comes late does not set the talk time back, one that comes in time does", () => {
    const story = Story.caller().talks().after(44_000).when(OFFLINE).after(9_000).when(RESUMED);
    story.when(server.lease(45_000, 2 * MINUTE_MS));
    expect([story.talkMs, story.call.paidMs]).toEqual([53_000, 2 * MINUTE_MS]);
    story.after(52_000).when(server.lease(104_900, 3 * MINUTE_MS));
    expect(story.talkMs).toBe(104_900);
  });

  test("talk time runs on past what was paid when the lease was missed", () => {
    const story = Story.caller().talks().after(50_000).when(OFFLINE).after(14_000);
    expect(story.talkMs).toBe(MINUTE_MS);
    expect(story.when(RESUMED, server.lease(45_000, 2 * MINUTE_MS)).talkMs).toBe(64_000);
  });

  test("an invite that was waiting is said; one that is under way is waited for", () => {
    const refused = Story.caller().when(server.error("draining", { ref: "invite-1" }), OFFLINE, RESUMED);
    expect(refused.said).toEqual(["call.invite"]);
    const story = Story.caller().when(OFFLINE, RESUMED);
    expect([story.state, story.said]).toEqual(["authorizing", []]);
    expect(story.when(server.authorizing("invite-1"), server.rings()).state).toBe("ringing");
  });

  test("of a call that is over changes nothing", () => {
    const story = Story.caller().talks().when(OFFLINE, HANG_UP, RESUMED);
    expect([story.state, story.did]).toEqual(["ended", []]);
  });
});

describe("a call that somebody else goes on with (D12)", () => {
  const stands = (talk_ms: number) => snapshot("active", { talk_ms, paid_ms: MINUTE_MS });

  test("is set back once to what is proven, and runs on from there", () => {
    const story = Story.caller().talks().after(12_000);
    story.when({ type: "welcomed", snapshot: stands(9_000) });
    expect([story.state, story.talkMs, story.cost?.minutesStarted]).toEqual(["active", 9_000, 1]);
    expect(story.after(1_000).talkMs).toBe(10_000);
    story.when(server.lease(10_000, 2 * MINUTE_MS));
    expect(story.talkMs).toBe(10_000);
  });

  test("costs what has been proven: a minute that only this device saw begin is not due", () => {
    const story = Story.caller()
      .talks()
      .when(server.lease(45_000, 2 * MINUTE_MS))
      .after(16_000);
    expect(story.cost?.minutesStarted).toBe(2);
    story.when({ type: "welcomed", snapshot: snapshot("active", { talk_ms: 57_000, paid_ms: 2 * MINUTE_MS }) });
    expect(story.cost?.minutesStarted).toBe(1);
  });

  test("that is not placed yet is none of the server's business", () => {
    const story = Story.caller().when(server.authorizing("invite-1"));
    expect(story.when({ type: "welcomed", snapshot: snapshot("authorizing") }).state).toBe("authorizing");
  });
});

describe("on this device", () => {
  let ours: Calling;

  beforeEach(() => {
    ours = new Calling();
  });

  afterEach(() => {
    vi.unstubAllGlobals();
  });

  test("a snapshot in a call touches no media that flows (D12)", async () => {
    const call = await ours.talks();
    await ours.tell(server.stands(snapshot("active", { talk_ms: 100, paid_ms: MINUTE_MS })));
    expect([call.state, call.talkMs, call.end]).toEqual(["active", 100, null]);
    expect([ours.pc.restarts, FakePeerConnection.made.length]).toEqual([0, 1]);
  });

  test("a snapshot finds new paths where there are none", async () => {
    await ours.connects();
    ours.signaling.said;
    await ours.tell(server.stands(snapshot("connecting")));
    expect([ours.signaling.said, ours.pc.restarts]).toEqual([["call.offer"], 1]);
  });

  test("a snapshot of a call that rings brings it, once, and of one that nobody wants ends it", async () => {
    await ours.tell(server.stands(snapshot("ringing", { role: "callee", other: ANN })));
    await ours.tell(server.stands(snapshot("ringing", { role: "callee", other: ANN })), server.incoming());
    expect(ours.heard).toEqual(["current ann", "ann calls"]);
    await ours.tell(server.stands(snapshot("active", { call_id: "call-2" })));
    expect(ours.signaling.sent).toEqual([{ type: "call.hang_up", call_id: "call-2", ref: null }]);
  });

  test("what is said while the socket is away goes with the resume (D8)", async () => {
    const call = await ours.talks();
    ours.signaling.said;
    ours.signaling.lose();
    call.hangUp();
    expect(ours.signaling.said).toEqual([]);
    ours.signaling.resume();
    expect(ours.signaling.sent).toEqual([{ type: "call.hang_up", call_id: CALL_ID, ref: null }]);
    await ours.tell(server.ended("hung_up", 1_000), server.charged(1_000, 1, 10));
    expect([call.end?.talkMs, call.charge?.minutes]).toEqual([1_000, 1]);
  });

  test("a resume keeps the media, and asks for nothing", async () => {
    const call = await ours.talks();
    ours.signaling.said;
    ours.signaling.lose();
    expect(call.state).toBe("reconnecting");
    ours.signaling.resume();
    expect([call.state, ours.signaling.said, ours.pc.restarts]).toEqual(["active", [], 0]);
  });
});
