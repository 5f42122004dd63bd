import type { OwnLimits } from "@talktime/client";
import { describe, expect, it } from "vitest";
import { asTyped, readLimits } from "../../src/money/limits.js";

const NONE: OwnLimits = {
  spend_call_minor_max: null,
  spend_day_minor_max: null,
  call_ms_max: null,
  currency: "EUR",
  spend_day_time_zone: "UTC",
};
const SOME: OwnLimits = { ...NONE, spend_call_minor_max: 500, spend_day_minor_max: 2_000, call_ms_max: 1_800_000 };
const typed = { call: "5.00", day: "20.00", minutes: "30" };

describe("one's own limits", () => {
  it("are shown as somebody would type them", () => {
    expect(asTyped(SOME, 2)).toEqual(typed);
    expect(asTyped(SOME, 0)).toMatchObject({ call: "500", day: "2000" });
    expect(asTyped(NONE, 2)).toEqual({ call: "", day: "", minutes: "" });
    expect(asTyped({ ...NONE, call_ms_max: 90_000 }, 2).minutes).toBe("1.5");
  });

  it("stay as they are where nothing was typed", () => {
    const odd = { ...SOME, call_ms_max: 100_001 };
    for (const limits of [NONE, SOME, odd])
      expect(readLimits(asTyped(limits, 2), limits, 2)).toEqual({ changes: {}, wrong: [], loosens: false });
  });

  it("are set and lowered without a password", () => {
    const { changes, loosens } = readLimits({ call: "2,50", day: "", minutes: "1.5" }, NONE, 2);
    expect([changes, loosens]).toEqual([{ spend_call_minor_max: 250, call_ms_max: 90_000 }, false]);
    expect(readLimits({ ...typed, call: "4" }, SOME, 2)).toMatchObject({
      changes: { spend_call_minor_max: 400 },
      loosens: false,
    });
  });

  it.each([
    ["raised", { ...typed, day: "20.01" }, { spend_day_minor_max: 2_001 }],
    ["taken away", { ...typed, minutes: "" }, { call_ms_max: null }],
  ])("are %s with one", (_, wanted, changes) => {
    expect(readLimits(wanted, SOME, 2)).toEqual({ changes, wrong: [], loosens: true });
  });

  it("are the same however they are written", () => {
    expect(readLimits({ ...typed, call: "5" }, SOME, 2).changes).toEqual({});
  });

  it.each([
    ["call", "0"],
    ["call", "-1"],
    ["day", "1.005"],
    ["day", "much"],
    ["minutes", "0"],
    ["minutes", "1e3"],
    ["minutes", "10081"],
  ] as const)("are nothing else: %s %s", (name, text) => {
    expect(readLimits({ ...typed, [name]: text }, SOME, 2)).toEqual({ changes: {}, wrong: [name], loosens: false });
  });
});
