import { expect, it } from "vitest";
import { asking, OUTSIDE, WITHIN } from "../../src/operators/address.js";

it.each(["/operators", "/operators/accounts/1", "/operators?x", "/operators#x"])(
  "%s is the operators' part",
  (at) => {
    expect([WITHIN.test(at), OUTSIDE.test(at)]).toEqual([true, false]);
  },
);

it.each(["/", "/people/operators", "/operatorsx", "/settings"])("%s is everybody's part", (at) => {
  expect([WITHIN.test(at), OUTSIDE.test(at)]).toEqual([false, true]);
});

it("keeps what is asked in the address, and nothing empty", () => {
  expect(asking("/operators/log", { account: "1", action: null, call: "" })).toBe("/operators/log?account=1");
  expect(asking("/operators/log", {})).toBe("/operators/log");
});
