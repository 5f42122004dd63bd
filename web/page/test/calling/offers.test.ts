import { expect, test } from "vitest";
import { offersFor } from "../../src/calling/offers.js";

test("C7: every offer lets the call go on", () => {
  expect(offersFor(5, 2, 50_000)).toEqual([500, 1_000]);
  expect(offersFor(700, 2, 50_000)).toEqual([1_000, 2_000]);
});

test("what is missing may itself be more than is usually proposed", () => {
  expect(offersFor(9_000, 2, 50_000)).toEqual([9_000]);
});

test("nothing is offered that may not be paid at once", () => {
  expect(offersFor(5, 2, 600)).toEqual([500]);
  expect(offersFor(9_000, 2, 600)).toEqual([]);
});
