import { describe, expect, it } from "vitest";
import { parseAmount, proposals } from "../../src/money/amounts.js";

describe("a typed amount", () => {
  it.each([
    ["10", 2, 1_000],
    ["10.5", 2, 1_050],
    ["10,50", 2, 1_050],
    [" 7.05 ", 2, 705],
    ["0.01", 2, 1],
    ["500", 0, 500],
    ["1.250", 3, 1_250],
  ])("%j in a currency with %i digits is %i", (text, exponent, minor) => {
    expect(parseAmount(text, exponent)).toBe(minor);
  });

  it.each([
    ["", 2],
    ["ten", 2],
    ["-5", 2],
    ["1e3", 2],
    ["1,000", 2],
    ["1.2.3", 2],
    ["5.5", 0],
    ["10.", 2],
    [".5", 2],
    ["99999999999999", 2],
  ])("%j in a currency with %i digits is none", (text, exponent) => {
    expect(parseAmount(text, exponent)).toBeNull();
  });
});

describe("the proposed amounts", () => {
  it("are small ones of the currency", () => {
    expect(proposals(2, 100_000)).toEqual([500, 1_000, 2_000, 5_000]);
    expect(proposals(0, 100_000)).toEqual([500, 1_000, 2_000, 5_000]);
    expect(proposals(3, 100_000)).toEqual([5_000, 10_000, 20_000, 50_000]);
  });

  it("are none that may not be paid", () => {
    expect(proposals(2, 1_500)).toEqual([500, 1_000]);
  });

  it("hold what was wished for, once and in its place", () => {
    expect(proposals(2, 100_000, 700)).toEqual([500, 700, 1_000, 2_000, 5_000]);
    expect(proposals(2, 100_000, 1_000)).toEqual([500, 1_000, 2_000, 5_000]);
    expect(proposals(2, 1_500, 9_000)).toEqual([500, 1_000]);
  });
});
