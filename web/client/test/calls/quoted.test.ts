import { expect, test } from "vitest";
import { limitOf } from "../../src/calls/quoted.js";
import type { Quote } from "../../src/rest/types.js";

const MINUTE_MS = 60_000;
const QUOTE = { price_minor: 20, minute_ms: MINUTE_MS, free_ms: 0, talk_ms_max: 5 * MINUTE_MS } as Quote;
const money = (available_minor: number) => ({ available_minor });

test("a call is limited where it must be shorter than the money would let it be", () => {
  expect(limitOf(QUOTE, money(119))).toBeNull();
  expect(limitOf(QUOTE, money(120))).toBe(5 * MINUTE_MS);
  expect(limitOf({ ...QUOTE, talk_ms_max: 150_000 }, money(119))).toBe(150_000);
  expect(limitOf({ ...QUOTE, free_ms: 30_000, talk_ms_max: 330_000 }, money(119))).toBeNull();
});

test("nothing is known of it without a price, or without the money", () => {
  expect(limitOf({ ...QUOTE, price_minor: 0 }, money(120))).toBeNull();
  expect(limitOf(QUOTE, null)).toBeNull();
});
