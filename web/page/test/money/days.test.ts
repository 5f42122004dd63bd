import { expect, test } from "vitest";
import { daysOf } from "../../src/money/days.js";

test("the last day is included, over the end of a month and of a year", () => {
  expect(daysOf("2026-02-01", "2026-02-28")).toEqual({ since: "2026-02-01", until: "2026-03-01" });
  expect(daysOf("2026-12-31", "2026-12-31")).toEqual({ since: "2026-12-31", until: "2027-01-01" });
});

test("either may be left open", () => {
  expect(daysOf("", "")).toEqual({});
  expect(daysOf("2026-01-01", "")).toEqual({ since: "2026-01-01" });
  expect(daysOf("", "2026-01-01")).toEqual({ until: "2026-01-02" });
});

test("the last one is not before the first one", () => {
  expect(daysOf("2026-01-02", "2026-01-01")).toBeNull();
});
