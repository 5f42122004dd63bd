import type { CallEnd } from "@talktime/client";
import { expect, test } from "vitest";
import { closingOf, costOf, isMissed } from "../../src/calling/outcome.js";

const end = (facts: Partial<CallEnd>): CallEnd => ({ reason: "hung_up", refused: false, talkMs: 0, ...facts });

test("a call that was talked in ends with a dialog, whoever ended it", () => {
  expect(closingOf(end({ talkMs: 1 }), "caller")).toBe("dialog");
  expect(closingOf(end({ reason: "cancelled", talkMs: 1 }), "caller")).toBe("dialog");
});

test("nobody gets a dialog about what they have just done themselves", () => {
  expect(closingOf(end({ reason: "cancelled" }), "caller")).toBe("cancelled");
  expect(closingOf(end({ reason: "declined" }), "callee")).toBe("nothing");
  expect(closingOf(end({ reason: "answered_elsewhere" }), "callee")).toBe("elsewhere");
});

test("the other side's doing is told in a dialog", () => {
  expect(closingOf(end({ reason: "declined" }), "caller")).toBe("dialog");
  expect(closingOf(end({ reason: "cancelled" }), "callee")).toBe("dialog");
  expect(closingOf(end({ reason: "insufficient_funds", refused: true }), "caller")).toBe("dialog");
});

test("only a callee misses calls", () => {
  expect(isMissed(end({ reason: "missed" }), "callee")).toBe(true);
  expect(isMissed(end({ reason: "cancelled" }), "callee")).toBe(true);
  expect(isMissed(end({ reason: "missed" }), "caller")).toBe(false);
  expect(isMissed(end({ reason: "hung_up" }), "callee")).toBe(false);
});

test("C1: what nobody talked in cost nothing, even before the bill comes", () => {
  expect(costOf(end({ reason: "missed" }), true, null)).toEqual({ known: true, chargeMinor: 0, minutes: 0 });
});

test("a call that was talked in waits for the server's bill", () => {
  expect(costOf(end({ talkMs: 61_000 }), true, null)).toEqual({ known: false });
  const charge = { chargeMinor: 20, minutes: 2, talkMs: 61_000 };
  expect(costOf(end({ talkMs: 61_000 }), true, charge)).toEqual({ known: true, chargeMinor: 20, minutes: 2 });
});

test("that nothing was talked counts only where the server says so", () => {
  expect(costOf(end({}), false, null)).toEqual({ known: false });
  expect(costOf(end({ reason: "busy", refused: true }), false, null)).toMatchObject({
    known: true,
    chargeMinor: 0,
  });
});
