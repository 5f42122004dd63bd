import { expect, it, vi } from "vitest";
import { pagesOf } from "../../src/operators/pages-of.js";

/** Three pages of one item. */
const load = vi.fn(async ({ cursor = "1" }: { cursor?: string }) => ({
  items: [Number(cursor)],
  next_cursor: cursor === "3" ? null : String(Number(cursor) + 1),
}));

it.each([
  [1, [1], true],
  [2, [1, 2], true],
  [3, [1, 2, 3], false],
  [9, [1, 2, 3], false],
])("%i pages of three are %j", async (pages, items, isMore) => {
  expect(await pagesOf(pages, load)).toEqual({ items, isMore });
});
