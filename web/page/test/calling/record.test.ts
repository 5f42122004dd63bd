import { type CallEnd, type CallView, NetworkError } from "@talktime/client";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { chargeIn, endIn, followRecord, isGuess } from "../../src/calling/record.js";

const going: CallView = {
  id: "8f14e45f-0000-4000-8000-000000000000",
  direction: "outgoing",
  other: null,
  authorized_at: "2026-01-01T00:00:00Z",
  started_at: "2026-01-01T00:00:05Z",
  ended_at: null,
  talk_ms: null,
  reason: null,
  price_minor: 10,
  minutes: null,
  charge_minor: null,
  refunded_minor: 0,
  currency: "EUR",
};
const settled: CallView = { ...going, reason: "hung_up", talk_ms: 61_000, minutes: 2, charge_minor: 20 };
const end = (facts: Partial<CallEnd>): CallEnd => ({ reason: "hung_up", refused: false, talkMs: 0, ...facts });

describe("what this device cannot know by itself", () => {
  const callee = { role: "callee", endTold: false, charge: null } as const;
  const caller = { ...callee, role: "caller" } as const;

  it("is how a call ended that was lost, unless the server has said so", () => {
    expect(isGuess(callee, end({ reason: "lost" }))).toBe(true);
    expect(isGuess({ ...callee, endTold: true }, end({ reason: "lost" }))).toBe(false);
    expect(isGuess(callee, end({ talkMs: 1 }))).toBe(false);
  });

  it("is what the caller pays, as long as nobody has said so", () => {
    const charge = { chargeMinor: 10, minutes: 1, talkMs: 1 };
    expect(isGuess(caller, end({ talkMs: 1 }))).toBe(true);
    expect(isGuess({ ...caller, charge }, end({ talkMs: 1 }))).toBe(false);
    expect(isGuess(caller, end({ reason: "missed" }))).toBe(true);
    expect(isGuess({ ...caller, endTold: true }, end({ reason: "missed" }))).toBe(false);
  });

  it("is nothing of a call that never rang", () => {
    expect(isGuess(caller, end({ reason: "billing_unavailable", refused: true }))).toBe(false);
  });
});

describe("the record", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it("is asked for until the end is in it, whatever fails meanwhile, and told once", async () => {
    const ask = vi.fn<() => Promise<CallView>>();
    ask.mockRejectedValueOnce(new NetworkError()).mockResolvedValueOnce(going).mockResolvedValue(settled);
    const tell = vi.fn();
    followRecord(ask, tell);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(ask).toHaveBeenCalledTimes(1);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(tell).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(4_000);
    expect(tell.mock.calls).toEqual([[settled]]);
    await vi.advanceTimersByTimeAsync(600_000);
    expect(ask).toHaveBeenCalledTimes(3);
  });

  it("is asked for every half a minute in the end", async () => {
    const ask = vi.fn(() => Promise.resolve(going));
    followRecord(ask, () => {});
    await vi.advanceTimersByTimeAsync(61_000);
    const before = ask.mock.calls.length;
    await vi.advanceTimersByTimeAsync(120_000);
    expect(ask.mock.calls.length - before).toBe(4);
  });

  it("is neither asked for nor told any more once nobody wants it", async () => {
    let answer = (_: CallView) => {};
    const ask = vi.fn(() => new Promise<CallView>((resolve) => (answer = resolve)));
    const tell = vi.fn();
    const stop = followRecord(ask, tell);
    await vi.advanceTimersByTimeAsync(1_000);
    stop();
    answer(settled);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(tell).not.toHaveBeenCalled();
    expect(ask).toHaveBeenCalledTimes(1);
  });

  it("has the end, and for the caller the price", () => {
    expect(endIn(settled, end({ reason: "lost" }))).toEqual({ reason: "hung_up", refused: false, talkMs: 61_000 });
    const lost: CallView = { ...settled, reason: "lost" };
    expect(endIn(lost, end({ reason: "hung_up" }))).toMatchObject({ reason: "hung_up", talkMs: 61_000 });
    expect(chargeIn(settled)).toEqual({ chargeMinor: 20, minutes: 2, talkMs: 61_000 });
    expect(chargeIn({ ...settled, refunded_minor: 5 })?.chargeMinor).toBe(15);
    expect(chargeIn({ ...settled, direction: "incoming", minutes: null, charge_minor: null })).toBeNull();
  });
});
