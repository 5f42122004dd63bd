import type { Payment } from "@talktime/client";
import type { CallRecord } from "@talktime/client/operators";
import { describe, expect, it } from "vitest";
import { payableBackOf, refundableOf } from "../../src/operators/giving-back.js";

const call = (charge_minor: number | null, refunded_minor = 0) => ({ charge_minor, refunded_minor }) as CallRecord;
const payment = (facts: Partial<Payment>) =>
  ({ status: "settled", amount_minor: 500, refunded_minor: 0, ...facts }) as Payment;

describe("of a call can be given back", () => {
  it("what was charged, less what was given back", () => {
    expect([refundableOf(call(50)), refundableOf(call(50, 20)), refundableOf(call(50, 50))]).toEqual([50, 30, 0]);
  });

  it("nothing before it is charged", () => {
    expect(refundableOf(call(null))).toBe(0);
  });
});

describe("of a payment can be paid back", () => {
  it("what was paid, less what went back, and no more than is there", () => {
    expect(payableBackOf(payment({}), 1_000)).toBe(500);
    expect(payableBackOf(payment({ refunded_minor: 200 }), 1_000)).toBe(300);
    expect(payableBackOf(payment({}), 120)).toBe(120);
    expect(payableBackOf(payment({ refunded_minor: 500 }), 1_000)).toBe(0);
  });

  it.each(["pending", "failed", "expired"] as const)("nothing where it is %s", (status) => {
    expect(payableBackOf(payment({ status }), 1_000)).toBe(0);
  });
});
