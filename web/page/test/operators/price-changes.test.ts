import type { PriceChange } from "@talktime/client/operators";
import { expect, test } from "vitest";
import { priceChange } from "../../src/operators/price-changes.js";
import "../english.js";

const change = (facts: Partial<PriceChange>): PriceChange => ({
  id: 1,
  what: "price",
  before: 10,
  after: 20,
  currency: "EUR",
  actor_id: "olga",
  actor_name: "olga",
  reason: "new contract",
  created_at: "2026-01-01T00:00:00Z",
  ...facts,
});

test("a price that changed is told with both prices, by whom and why", () => {
  const { title, amount, detail } = priceChange(change({}));
  expect([title, amount, detail]).toEqual(["Price", "€0.10 → €0.20", "by olga, new contract"]);
});

test("a share is told in percent, and no asking price as none", () => {
  expect(priceChange(change({ what: "earning_share", before: 0, after: 6_250 })).amount).toBe("0% → 62.5%");
  expect(priceChange(change({ what: "asking_price", before: null, after: 0 })).amount).toBe("none → €0.00");
});
