import { signal } from "@preact/signals";
import type { Account, Payment, WalletState } from "@talktime/client";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

const payment = vi.hoisted(() => vi.fn());
const account = signal<Pick<Account, "id"> | null>(null);
const wallet = signal<Pick<WalletState, "version"> | null>(null);
vi.mock("../../src/talktime.js", () => ({ talktime: { api: { payment } }, account, wallet }));

const { followPayment, outcomeText } = await import("../../src/money/payments.js");
const { default: en } = await import("../../src/texts/en/money.js");
await import("../english.js");

const SECOND_MS = 1_000;
const pending = { id: "payment-1", status: "pending" } as Payment;
const settled = { id: "payment-1", status: "settled" } as Payment;

describe("following a payment", () => {
  beforeEach(() => {
    vi.useFakeTimers();
    payment.mockReset().mockResolvedValue(pending);
    account.value = { id: "ann" };
    wallet.value = { version: 1 };
  });
  afterEach(() => vi.useRealTimers());

  it("tells once, when it is decided", async () => {
    const tell = vi.fn();
    followPayment("payment-1", tell);
    await vi.advanceTimersByTimeAsync(3 * SECOND_MS);
    payment.mockResolvedValue(settled);
    await vi.advanceTimersByTimeAsync(60 * SECOND_MS);
    expect(tell.mock.calls).toEqual([[settled]]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("looks at once when the wallet changes", async () => {
    const tell = vi.fn();
    followPayment("payment-1", tell);
    await vi.advanceTimersByTimeAsync(0);
    payment.mockResolvedValue(settled);
    wallet.value = { version: 2 };
    await vi.advanceTimersByTimeAsync(0);
    expect(tell).toHaveBeenCalledOnce();
  });

  it("asks about nobody's payment by somebody else's login", async () => {
    const tell = vi.fn();
    followPayment("payment-1", tell);
    await vi.advanceTimersByTimeAsync(3 * SECOND_MS);
    const asked = payment.mock.calls.length;
    payment.mockResolvedValue(settled);
    account.value = { id: "ben" };
    wallet.value = { version: 7 };
    await vi.advanceTimersByTimeAsync(60 * SECOND_MS);
    expect([payment.mock.calls.length, tell.mock.calls, vi.getTimerCount()]).toEqual([asked, [], 0]);
  });
});

describe("what came of a payment", () => {
  it("is said with the reason, where the provider has one", () => {
    expect(outcomeText({ status: "failed", failure: null })).toBe(en.failed);
    expect(outcomeText({ status: "failed", failure: "declined" })).toBe(`${en.failures.declined} ${en.failed}`);
    expect(outcomeText({ status: "expired", failure: null })).toBe(en.expired);
  });

  it("is said without one that only a newer server knows", () => {
    expect(outcomeText({ status: "failed", failure: "of-tomorrow" as "declined" })).toBe(en.failed);
  });
});
