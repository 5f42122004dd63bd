// The cases of the server's own test, tests/shared/test_money.py: both rules must say the same.
import { expect, test } from "vitest";
import cases from "../../../../tests/shared/minutes.json";
import { minutesOf, termsOf } from "../../src/calls/terms.js";

test.each(cases)("$talk_ms ms of talk, $free_ms ms free, up to $grace_ms ms for nothing: $minutes", (each) => {
  const { talk_ms, minute_ms: minuteMs, free_ms: freeMs, grace_ms: graceMs, minutes } = each;
  expect(minutesOf(talk_ms, { minuteMs, freeMs, graceMs })).toBe(minutes);
});

test("a server that knows neither free talk nor grace gives none", () => {
  const told = { price_minor: 10, currency: "EUR", minute_ms: 60_000 } as Parameters<typeof termsOf>[0];
  expect(termsOf(told)).toMatchObject({ freeMs: 0, graceMs: 0 });
});
