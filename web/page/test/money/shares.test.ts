import { describe, expect, it } from "vitest";
import { percent, shareText, typedShare } from "../../src/money/shares.js";

describe("a share", () => {
  it("is written in percent", () => {
    expect([percent(7_000, "en"), percent(6_250, "en"), percent(0, "en")]).toEqual(["70%", "62.5%", "0%"]);
    expect(percent(6_250, "de")).toMatch(/^62,5\s%$/);
  });

  it("is shown for typing as it can be typed", () => {
    for (let shareBp = 0; shareBp <= 10_000; shareBp += 1) expect(typedShare(shareText(shareBp))).toBe(shareBp);
  });

  it.each([
    ["70", 7_000],
    ["62.5", 6_250],
    ["0,01", 1],
    ["100", 10_000],
    ["0", 0],
    ["100.01", null],
    ["1.005", null],
    ["-1", null],
    ["", null],
    ["70%", null],
  ])("typed as %s is %s", (text, shareBp) => {
    expect(typedShare(text)).toBe(shareBp);
  });
});
