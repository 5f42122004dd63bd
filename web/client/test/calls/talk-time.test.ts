import { describe, expect, test } from "vitest";
import { placing, timeLeftMsOf } from "../../src/calls/model.js";
import * as server from "../fakes/server.js";
import { MINUTE_MS, snapshot } from "../fakes/server.js";
import { ANSWER_MS, FLOWING, HANG_UP, INVITE, OFFLINE, ONLINE, Story } from "../fakes/story.js";

describe("talk time and cost", () => {
  test("run from the server's figures, and never past what is paid", () => {
    const story = Story.caller().talks();
    expect(story.after(31_250).talkMs).toBe(31_250);
    expect(story.cost).toEqual({
      priceMinor: 10,
      currency: "EUR",
      minuteMs: MINUTE_MS,
      freeMs: 0,
      graceMs: 0,
      minutesStarted: 1,
      costMinor: 10,
    });
    expect(story.after(60_000).talkMs).toBe(MINUTE_MS);
    expect(story.cost?.costMinor).toBe(10);
  });

  test("a started minute counts from its first millisecond (C2)", () => {
    const story = Story.caller().rings();
    expect(story.cost?.minutesStarted).toBe(0);
    story.when(server.accepted(), FLOWING, server.active());
    expect(story.cost?.minutesStarted).toBe(1);
    story.after(45_000).when(server.lease(45_000, 120_000));
    expect(story.after(15_000).cost?.costMinor).toBe(10);
    expect(story.after(1).cost?.costMinor).toBe(20);
  });

  test("are counted on from whatever the server said last", () => {
    const story = Story.caller().talks().after(45_100).when(server.lease(45_000, 120_000));
    expect(story.talkMs).toBe(45_000);
    expect(story.after(1_000).talkMs).toBe(46_000);
    story.after(60_000).when(server.lowFunds(15_000));
    expect(story.talkMs).toBe(105_000);
  });

  test("count no minute that begins while a side is lost: it may never have been talked", () => {
    const story = Story.caller().talks().after(45_000).when(server.lease(45_000, 120_000)).after(10_000);
    story.when(server.peerLost()).after(10_000);
    expect([story.talkMs, story.cost?.costMinor]).toEqual([65_000, 10]);
    story.when(OFFLINE).after(1_000);
    expect(story.cost?.costMinor).toBe(10);
    story.when({ type: "welcomed", snapshot: snapshot("reconnecting", { talk_ms: 55_000, paid_ms: 120_000 }) });
    expect([story.state, story.cost?.costMinor]).toEqual(["reconnecting", 10]);
    story.when(server.peerResumed()).after(6_000);
    expect([story.state, story.cost?.costMinor]).toEqual(["active", 20]);
  });

  test("are the server's after the end, and the charge's in the end", () => {
    const story = Story.caller().talks().after(30_000).when(HANG_UP);
    expect([story.talkMs, story.said]).toEqual([30_000, ["call.hang_up"]]);
    story.after(99_000).when(server.ended("hung_up", 29_900));
    expect([story.talkMs, story.did]).toEqual([29_900, []]);
    story.when(server.charged(29_800, 1, 10));
    expect([story.talkMs, story.call.charge]).toEqual([29_800, { talkMs: 29_800, minutes: 1, chargeMinor: 10 }]);
    expect(story.cost).toMatchObject({ minutesStarted: 1, costMinor: 10 });
    story.when(server.charged(29_800, 0, 0));
    expect(story.cost).toMatchObject({ minutesStarted: 0, costMinor: 0 });
  });

  test("nothing was talked, nothing is due (C1)", () => {
    expect(Story.caller().rings().when(server.ended("declined")).cost?.costMinor).toBe(0);
  });
});

describe("free talk and grace", () => {
  const terms = (free_ms: number, grace_ms: number) => ({ free_ms, grace_ms });
  const talks = (free_ms: number, grace_ms: number, paid_ms: number) =>
    Story.caller()
      .connects()
      .when(FLOWING, { ...server.active(), ...terms(free_ms, grace_ms), paid_ms });

  test("cost nothing for as long as they last, then every started minute", () => {
    const story = talks(30_000, 0, 90_000);
    expect(story.cost).toMatchObject({ freeMs: 30_000, graceMs: 0, minutesStarted: 0, costMinor: 0 });
    expect(story.after(30_000).cost?.costMinor).toBe(0);
    expect(story.after(1).cost?.costMinor).toBe(10);
    expect(story.when(server.lease(90_000, 150_000)).cost?.costMinor).toBe(10);
    expect(story.after(1).cost?.costMinor).toBe(20);
  });

  test("cost everything from the first moment once the grace is over", () => {
    const story = talks(0, 5_000, 60_000);
    expect([story.cost?.costMinor, story.after(5_000).cost?.costMinor]).toEqual([0, 0]);
    expect(story.after(1).cost?.costMinor).toBe(10);
    expect(talks(0, 5_000, 60_000).after(4_000).when(server.ended("hung_up", 4_000)).cost?.costMinor).toBe(0);
  });

  test("are known again after a lost socket", () => {
    const story = Story.caller().talks();
    const talked = { talk_ms: 20_000, paid_ms: 90_000, ...terms(30_000, 0) };
    story.when(OFFLINE, { type: "welcomed", snapshot: snapshot("active", talked) });
    expect(story.after(10_000).cost?.costMinor).toBe(0);
    expect(story.after(1).cost?.costMinor).toBe(10);
  });

  test("are no money that is held: the balance pays as long on top as it did before", () => {
    const story = talks(30_000, 0, 90_000).after(20_000);
    expect(timeLeftMsOf(story.call, { balance_minor: 20 }, story.nowMs)).toBe(130_000);
  });
});

describe("the time left", () => {
  const money = (balance_minor: number) => ({ balance_minor });

  test("is what is paid and what the balance pays on top, counting down (H1)", () => {
    const story = Story.caller().talks().after(20_000);
    expect(timeLeftMsOf(story.call, money(25), story.nowMs)).toBe(100_000);
    expect(timeLeftMsOf(story.call, money(25), story.nowMs + 1_000)).toBe(99_000);
    story.after(25_000).when(server.lease(45_000, 120_000));
    expect(timeLeftMsOf(story.call, money(25), story.nowMs)).toBe(75_000);
    expect(timeLeftMsOf(story.call, money(5), story.nowMs)).toBe(75_000);
    expect(timeLeftMsOf(story.call, money(125), story.nowMs)).toBe(675_000);
  });

  test("is no longer than a limit lets it be, until the limit is another", () => {
    const story = new Story(placing(INVITE, 1_000 + ANSWER_MS, 90_000)).when(ONLINE).talks().after(20_000);
    const left = () => timeLeftMsOf(story.call, money(1_000), story.nowMs);
    expect([left(), timeLeftMsOf(story.call, money(10), story.nowMs)]).toEqual([70_000, 40_000]);
    story.after(25_000).when(server.lease(45_000, 120_000));
    expect(left()).toBe(5_955_000);
  });

  test("is not known without the money or the talk, and not the callee's", () => {
    const left = (story: Story, state: { balance_minor: number } | null = money(100)) =>
      timeLeftMsOf(story.call, state, story.nowMs);
    expect([left(Story.caller().connects()), left(Story.caller().talks(), null)]).toEqual([null, null]);
    expect(left(Story.callee().connects().when(FLOWING, server.active()))).toBeNull();
    const free = Story.caller()
      .connects()
      .when(FLOWING, { ...server.active(), price_minor: 0 });
    expect(left(free)).toBeNull();
  });

  test("is told to the callee where the call will end, without the caller's money", () => {
    const story = Story.callee().connects().when(FLOWING, server.active()).after(45_000);
    story.when({ ...server.lowFunds(), reason: null, shortfall_minor: null, currency: null });
    expect(story.call.lowFunds).toEqual({
      endsAtTalkMs: MINUTE_MS,
      reason: null,
      spendLimit: null,
      shortfallMinor: null,
      currency: null,
    });
    expect(timeLeftMsOf(story.call, null, story.nowMs)).toBe(15_000);
  });
});

describe("low funds (C6, C7)", () => {
  test("say when the call ends, until it is topped up", () => {
    const story = Story.caller().talks().after(45_000).when(server.lowFunds());
    expect(story.call.lowFunds).toEqual({
      endsAtTalkMs: MINUTE_MS,
      reason: "funds",
      spendLimit: null,
      shortfallMinor: 5,
      currency: "EUR",
    });
    expect(timeLeftMsOf(story.call, null, story.nowMs)).toBe(15_000);
    expect(timeLeftMsOf(story.call, null, story.nowMs + 4_000)).toBe(11_000);
    expect(timeLeftMsOf(story.call, null, story.nowMs + 40_000)).toBe(0);
    story.after(5_000).when(server.lease(50_000, 120_000));
    expect([story.call.lowFunds, timeLeftMsOf(story.call, null, story.nowMs)]).toEqual([null, null]);
  });

  test("are a limit of one's own, which a payment does not help", () => {
    const limit = { reason: "spend_limit", spend_limit: "call", shortfall_minor: null, currency: null } as const;
    const story = Story.caller()
      .talks()
      .after(45_000)
      .when({ ...server.lowFunds(), ...limit });
    expect(story.call.lowFunds).toMatchObject({ reason: "spend_limit", spendLimit: "call", shortfallMinor: null });
    expect(timeLeftMsOf(story.call, { balance_minor: 1_000 }, story.nowMs)).toBe(15_000);
    expect(story.when(server.ended("spend_limit", MINUTE_MS)).call.end?.reason).toBe("spend_limit");
  });

  test("are topped up while the socket is away", () => {
    const paid = snapshot("active", { talk_ms: 55_000, paid_ms: 120_000 });
    const story = Story.caller().talks().after(45_000).when(server.lowFunds(), OFFLINE);
    expect(story.after(10_000).when({ type: "welcomed", snapshot: paid }).call.lowFunds).toBeNull();
  });

  test("end the call, and with it themselves", () => {
    const story = Story.caller().talks().after(45_000).when(server.lowFunds());
    story.after(15_000).when(server.ended("out_of_funds", MINUTE_MS));
    expect([story.call.end?.reason, story.call.lowFunds]).toEqual(["out_of_funds", null]);
  });
});
