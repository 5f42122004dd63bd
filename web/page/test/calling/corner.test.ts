import { expect, test } from "vitest";
import { CORNERS, cornerByKey, nearestCorner, nextCorner } from "../../src/calling/corner.js";

const stage = { left: 100, top: 50, width: 800, height: 400 };

test.each([
  [100, 50, "top-start"],
  [700, 50, "top-end"],
  [700, 350, "bottom-end"],
  [100, 350, "bottom-start"],
  // The middle decides, not the edge.
  [430, 180, "top-end"],
] as const)("a picture dropped at %i, %i goes to %s", (left, top, corner) => {
  expect(nearestCorner({ left, top, width: 160, height: 120 }, stage)).toBe(corner);
});

test("presses go round all four corners", () => {
  let corner = nextCorner("top-start");
  const seen = [corner];
  for (let press = 1; press < CORNERS.length; press += 1) {
    corner = nextCorner(corner);
    seen.push(corner);
  }
  expect(new Set(seen)).toEqual(new Set(CORNERS));
  expect(corner).toBe("top-start");
});

test("an arrow moves along its own line only", () => {
  expect(cornerByKey("bottom-end", "ArrowUp")).toBe("top-end");
  expect(cornerByKey("bottom-end", "ArrowLeft")).toBe("bottom-start");
  expect(cornerByKey("bottom-end", "ArrowRight")).toBe("bottom-end");
  expect(cornerByKey("bottom-end", "Enter")).toBeNull();
});
