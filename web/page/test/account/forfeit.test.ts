import { expect, test } from "vitest";
import { forfeitOf } from "../../src/account/forfeit.js";

test("who agrees to give up an amount does not give up another one", () => {
  expect([forfeitOf(null, 50), forfeitOf(50, 50), forfeitOf(50, 80), forfeitOf(80, 50)]).toEqual([0, 50, 0, 0]);
});
