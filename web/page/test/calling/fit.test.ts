import { expect, test } from "vitest";
import { fitOf } from "../../src/calling/fit.js";

const DESK = { width: 1280, height: 800 };
const PHONE = { width: 390, height: 844 };

test("a wide picture fills a wide window, a tall one a tall window", () => {
  expect(fitOf({ width: 1280, height: 720 }, DESK)).toBe("cover");
  expect(fitOf({ width: 480, height: 854 }, PHONE)).toBe("cover");
});

test("a picture that would lose much is seen whole", () => {
  expect(fitOf({ width: 1280, height: 720 }, PHONE)).toBe("contain");
  expect(fitOf({ width: 480, height: 854 }, DESK)).toBe("contain");
});

test("no picture yet is no reason for bars", () => {
  expect(fitOf({ width: 0, height: 0 }, DESK)).toBe("cover");
});
