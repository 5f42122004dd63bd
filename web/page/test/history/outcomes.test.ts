import { describe, expect, it } from "vitest";
import { OUTCOMES } from "../../src/history/outcomes.js";
import en from "../../src/texts/en/history.js";

describe("the filter of outcomes", () => {
  it("offers every reason once", () => {
    expect(Object.values(OUTCOMES).flat().sort()).toEqual(Object.keys(en.endings).sort());
  });
});
