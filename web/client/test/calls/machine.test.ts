import { describe, expect, test } from "vitest";
import { type Input, step } from "../../src/calls/machine.js";
import {
  type CallModel,
  costOf,
  deadlineOf,
  placing,
  ringing,
  stateOf,
  talkMsOf,
  timeLeftMsOf,
} from "../../src/calls/model.js";
import type { Effect } from "../../src/calls/steps.js";
import type { ServerMessage } from "../../src/signaling/messages.js";
import * as server from "../fakes/server.js";
import { ANN, BEN, CALL_ID, MINUTE_MS, snapshot } from "../fakes/server.js";

const INVITE = { type: "call.invite", ref: "invite-1", callee_id: null, callee_user_name: "ben" } as const;
const ANSWER_MS = 10_000;
const ONLINE: Input = { type: "welcomed", snapshot: null };
const OFFLINE: Input = { type: "offline", waitMs: 30_000 };
const HANG_UP: Input = { type: "hang_up" };
const FLOWING: Input = { type: "flowing" };

/** A call, and the story of what happened to it. */
class Story {
  nowMs = 1_000;
  call: CallModel;
  effects: Effect[] = [];

  constructor(call: CallModel) {
    this.call = call;
  }

  static caller(): Story {
    return new Story(placing(INVITE, 1_000 + ANSWER_MS)).when(ONLINE);
  }

  static callee(): Story {
    return new Story(ringing(CALL_ID, BEN, 51_000));
  }

  /** These things happen; `effects` is what the last one made. */
  when(...inputs: (Input | ServerMessage)[]): this {
    for (const input of inputs) {
      const given = isInput(input) ? input : ({ type: "told", message: input } as const);
      const { call, effects } = step(this.call, given, this.nowMs);
      [this.call, this.effects] = [call, effects];
    }
    return this;
  }

  after(ms: number): this {
    this.nowMs += ms;
    return this;
  }

  rings(): this {
    return this.when(server.authorizing("invite-1"), server.rings());
  }

  connects(): this {
    return this.call.role === "caller"
      ? this.rings().when(server.accepted())
      : this.when({ type: "accept" }, server.accepted());
  }

  talks(): this {
    return this.connects().when(FLOWING, server.active());
  }

  get state(): string {
    return stateOf(this.call);
  }

  get said(): string[] {
    return this.effects.flatMap((effect) => (effect.type === "say" ? [effect.message.type] : []));
  }

  get did(): string[] {
    return this.effects.map((effect) => effect.type);
  }

  get talkMs(): number {
    return talkMsOf(this.call, this.nowMs);
  }

  get cost() {
    return costOf(this.call, this.nowMs);
  }
}

const INPUT_TYPES = ["told", "welcomed", "merged", "offline", "cut_off", "accept", "hang_up", "leave"];

function isInput(input: Input | ServerMessage): input is Input {
  return [...INPUT_TYPES, "flowing", "failed", "time"].includes(input.type);
}

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

/** Every input that there is, each from the server in a plausible form. */
const ALPHABET: readonly (Input | ServerMessage)[] = [
  server.authorizing("invite-1"),
  server.refused("busy"),
  server.rings(),
  server.incoming(),
  server.accepted(),
  server.answeredElsewhere(),
  server.offer(),
  server.active(),
  server.lease(1_000, 120_000),
  server.lowFunds(),
  server.peerLost(),
  server.peerResumed(),
  server.ended("hung_up", 500),
  server.charged(500, 1, 10),
  server.error("not_in_call", { call_id: CALL_ID }),
  server.error("illegal_step", { call_id: CALL_ID }),
  server.error("draining", { ref: "invite-1" }),
  { type: "wallet.changed", wallet: server.WALLET },
  ONLINE,
  ...(["ringing", "connecting", "active", "reconnecting"] as const).flatMap((state) =>
    (["caller", "callee"] as const).map(
      (role): Input => ({
        type: "welcomed",
        snapshot: snapshot(state, { role, talk_ms: 900, paid_ms: MINUTE_MS }),
      }),
    ),
  ),
  { type: "merged", id: "call-2", caller: ANN },
  OFFLINE,
  { type: "cut_off" },
  { type: "accept" },
  HANG_UP,
  { type: "leave" },
  FLOWING,
  { type: "failed", reason: "no_relay" },
  { type: "time" },
];

/** So many things in a row. */
const STEPS = 5;

describe("whatever happens, in whatever order", () => {
  test.each([
    ["caller", () => Story.caller()],
    ["callee", () => Story.callee()],
  ])(
    "a call of the %s keeps its promises",
    (_, begin) => {
      const seen = new Set<string>();
      let reached = [begin()];
      for (let steps = 0; steps < STEPS; steps++) {
        const next: Story[] = [];
        for (const before of reached)
          for (const input of ALPHABET) {
            const after = new Story(before.call).when(input);
            const faults = broken(before, after);
            if (faults.length) expect.fail(`${faults}: ${before.state} + ${JSON.stringify(input)}`);
            const key = JSON.stringify(after.call);
            if (!seen.has(key)) next.push(after);
            seen.add(key);
          }
        reached = next;
      }
      expect(seen.size).toBeGreaterThan(500);
    },
    60_000,
  );
});

/** The promises that this step broke. */
function broken(before: Story, after: Story): string[] {
  const [was, is] = [before.call, after.call];
  const named = after.effects.every(
    (effect) => effect.type !== "say" || effect.message.type === "call.invite" || is.id !== null,
  );
  const promises = {
    "over is over": was.end === null || (is.end !== null && after.did.every((effect) => effect === "say")),
    "the end has a reason": (is.end !== null) === (after.state === "ended"),
    "the media is let go of once, last": after.did.includes("release")
      ? !was.end && is.end !== null && after.did.indexOf("release") === after.did.length - 1
      : was.end !== null || is.end === null,
    "nothing is waited for after the end": !is.end || deadlineOf(is) === null,
    "the media is connected once": !after.did.includes("negotiate") || !was.negotiating,
    "the media is connected by who wants it": !after.did.includes("negotiate") || is.wanted,
    "nobody talks without having accepted": after.state !== "active" || is.wanted,
    "nothing of the other side is used before the accept": !after.did.includes("media") || is.wanted,
    "what is said names the call": named,
    "media is reported where there is some": !after.said.includes("call.connected") || is.negotiating,
    "the callee learns no cost": is.role === "caller" || after.cost === null,
    "talk time is a time": after.talkMs >= 0 && after.talkMs <= Math.max(is.paidMs, is.end?.talkMs ?? 0),
  };
  return Object.entries(promises).flatMap(([promise, isKept]) => (isKept ? [] : [promise]));
}
