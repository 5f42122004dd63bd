import { NetworkError, ProblemError } from "@talktime/client";
import { describe, expect, it } from "vitest";
import { AMOUNT_MINOR_MAX, draft, mayBeBooked, typedAmount, typedPrice } from "../../src/operators/adjusting.js";

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

describe("a draft", () => {
  it("says which way the money goes", () => {
    expect(draft("give", 250, "goodwill")).toMatchObject({ amountMinor: 250, reason: "goodwill" });
    expect(draft("take", 250, "paid twice").amountMinor).toBe(-250);
  });

  it("has an id of its own, so that another amount is never taken for this one", () => {
    expect(draft("give", 250, "goodwill").id).not.toBe(draft("give", 250, "goodwill").id);
  });
});

describe("what failed", () => {
  it("may be booked where nobody said that it is not", () => {
    expect(mayBeBooked(new NetworkError())).toBe(true);
    expect(mayBeBooked(new ProblemError({ type: "unavailable", status: 503 }))).toBe(true);
    expect(mayBeBooked(new ProblemError({ type: "unknown", status: 502 }))).toBe(true);
  });

  it("is not booked where the server refused it", () => {
    expect(mayBeBooked(new ProblemError({ type: "insufficient-funds", status: 409 }))).toBe(false);
    expect(mayBeBooked(new Error("something else"))).toBe(false);
  });
});
