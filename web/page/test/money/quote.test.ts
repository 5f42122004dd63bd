import { signal } from "@preact/signals";
import type { Quote } from "@talktime/client";
import { expect, test, vi } from "vitest";
import "../english.js";

vi.mock("../../src/talktime.js", () => ({ talktime: {}, wallet: signal(null), currentCall: signal(null) }));
const { quoteParts } = await import("../../src/money/quote.js");

const MINUTE_MS = 60_000;
const QUOTE: Quote = {
  price_minor: 20,
  currency: "EUR",
  minute_ms: MINUTE_MS,
  free_ms: 0,
  grace_ms: 0,
  minutes_affordable: 5,
  talk_ms_max: 5 * MINUTE_MS,
  allowed: true,
  reason: null,
  shortfall_minor: null,
  spend_limit: null,
  left_minor: null,
};
const PRICE = "€0.20 per started minute";

test.each<[string, Partial<Quote>, number, string[]]>([
  ["the price and what money pays", {}, 119, [PRICE, "enough for 5 minutes"]],
  ["that it is not enough", { minutes_affordable: 0, talk_ms_max: 0 }, 19, [PRICE, "not enough for a minute"]],
  ["that limits allow less than the money", {}, 120, [PRICE, "your limits allow 5 minutes"]],
  [
    "that a limit allows none",
    { minutes_affordable: 0, talk_ms_max: 0 },
    120,
    [PRICE, "your limits allow 0 minutes"],
  ],
  ["the longest call", { talk_ms_max: 150_000 }, 119, [PRICE, "enough for 5 minutes", "at most 2:30"]],
  [
    "what is free",
    { free_ms: 30_000, talk_ms_max: 330_000 },
    119,
    [PRICE, "first 0:30 free", "enough for 5 minutes"],
  ],
  [
    "that short calls cost nothing",
    { grace_ms: 5_000 },
    119,
    [PRICE, "nothing up to 0:05", "enough for 5 minutes"],
  ],
  [
    "how long a free call may be",
    { price_minor: 0, minutes_affordable: null, talk_ms_max: 14_400_000 },
    0,
    ["Free of charge", "at most 4:00:00"],
  ],
])("a quote says %s", (_, facts, availableMinor, parts) => {
  expect(quoteParts({ ...QUOTE, ...facts }, availableMinor)).toEqual(parts);
});
