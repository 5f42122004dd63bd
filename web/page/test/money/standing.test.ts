import type { WalletState } from "@talktime/client";
import { expect, test } from "vitest";
import { standingOf } from "../../src/money/standing.js";

const wallet = (facts: Partial<WalletState>): WalletState => ({
  version: 1,
  balance_minor: 0,
  held_minor: 0,
  available_minor: 0,
  earned_minor: 0,
  price_minor: 10,
  currency: "EUR",
  minutes_affordable: 0,
  blocked: false,
  blocked_by_operator: false,
  ...facts,
});

test("whoever never had money is not told that they are blocked", () => {
  expect(standingOf(wallet({}))).toBe("new");
  expect(standingOf(wallet({ balance_minor: 5, available_minor: 5 }))).toBe("blocked");
  expect(standingOf(wallet({ blocked: true }))).toBe("blocked");
});

test("an operator's block comes before any other: no payment ends it", () => {
  expect(standingOf(wallet({ blocked: true, blocked_by_operator: true }))).toBe("operator");
});

test("whoever can pay, talks already, or pays nothing can call", () => {
  expect(standingOf(wallet({ balance_minor: 10, available_minor: 10, minutes_affordable: 1 }))).toBeNull();
  expect(standingOf(wallet({ balance_minor: 10, held_minor: 10 }))).toBeNull();
  expect(standingOf(wallet({ price_minor: 0, minutes_affordable: null }))).toBeNull();
});
