import { NetworkError, ProblemError } from "@talktime/client";
import { beforeEach, describe, expect, it, vi } from "vitest";

const createPayment = vi.hoisted(() => vi.fn());
vi.mock("../../src/talktime.js", () => ({ talktime: { api: { createPayment } } }));

const { askPayment } = await import("../../src/money/payments.js");

/** Ask for payments one after another, each answered so; return the keys. */
async function keysOf(...asked: [amountMinor: number, failure: Error | null][]): Promise<string[]> {
  for (const [amountMinor, failure] of asked) {
    if (failure) createPayment.mockRejectedValueOnce(failure);
    else createPayment.mockResolvedValueOnce({ id: "payment" });
    await askPayment(amountMinor).catch(() => {});
  }
  return createPayment.mock.calls.map(([, key]) => key as string);
}

describe("asking for a payment", () => {
  beforeEach(() => {
    createPayment.mockReset();
  });

  it.each([new NetworkError(), new ProblemError({ type: "unavailable", status: 503 })])(
    "keeps its key as long as nobody answered: %s",
    async (lost) => {
      const keys = await keysOf([500, lost], [500, lost], [500, null]);
      expect(new Set(keys).size).toBe(1);
    },
  );

  it("takes another key after an answer, good or bad", async () => {
    const refused = new ProblemError({ type: "insufficient-funds", status: 409 });
    const keys = await keysOf([500, null], [500, refused], [500, null]);
    expect(new Set(keys).size).toBe(3);
  });

  it("takes another key for another amount", async () => {
    const keys = await keysOf([500, new NetworkError()], [600, null]);
    expect(keys[0]).not.toBe(keys[1]);
  });
});
