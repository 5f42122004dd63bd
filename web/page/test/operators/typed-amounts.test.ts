import { describe, expect, it } from "vitest";
import { AMOUNT_MINOR_MAX, typedAmount, typedPrice } from "../../src/operators/typed-amounts.js";

describe("what is typed", () => {
  it.each([
    ["2.50", 2, 250],
    ["2,5", 2, 250],
    ["500", 0, 500],
    ["0", 2, null],
    ["-1", 2, null],
    ["1.005", 2, null],
    ["1 000 000", 2, null],
    ["10000000000", 2, AMOUNT_MINOR_MAX],
    ["10000000000.01", 2, null],
  ])("%s with %i decimals is the amount %s", (text, exponent, minor) => {
    expect(typedAmount(text, exponent)).toBe(minor);
  });

  it("may be 0 where it is a price", () => {
    expect(typedPrice("0", 2)).toBe(0);
    expect(typedPrice("", 2)).toBeNull();
    expect(typedPrice("10000000000.01", 2)).toBeNull();
  });
});
