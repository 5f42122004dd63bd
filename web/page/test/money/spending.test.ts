import type { StatementEntry } from "@talktime/client";
import { describe, expect, it } from "vitest";
import { dayBefore, entriesSince, spendingByDay } from "../../src/money/spending.js";

const NOW = new Date(2026, 2, 30, 15, 0);

function entry(kind: StatementEntry["kind"], amount_minor: number, at: Date, bookedAt = at): StatementEntry {
  return {
    id: "charge:1",
    seq: 1,
    kind,
    amount_minor,
    balance_after_minor: 0,
    currency: "EUR",
    occurred_at: at.toISOString(),
    created_at: bookedAt.toISOString(),
    call_id: null,
    payment_id: null,
  };
}

describe("spending by day", () => {
  it("counts calls on the day of their charge, today last", () => {
    const days = spendingByDay(
      [
        entry("charge", -30, new Date(2026, 2, 30, 0, 0)),
        entry("charge", -10, new Date(2026, 2, 30, 14, 59)),
        entry("charge", -50, new Date(2026, 2, 29, 23, 59)),
      ],
      NOW,
      3,
    );
    expect(days.map(({ spentMinor }) => spentMinor)).toEqual([0, 50, 40]);
  });

  it("counts a refund against its day, and never below zero", () => {
    const at = new Date(2026, 2, 29, 12);
    expect(spendingByDay([entry("charge", -50, at), entry("refund", 20, at)], NOW, 2)[0]?.spentMinor).toBe(30);
    expect(spendingByDay([entry("refund", 20, at)], NOW, 2)[0]?.spentMinor).toBe(0);
  });

  it("does not count what is no spending, or too long ago", () => {
    const days = spendingByDay(
      [
        entry("top_up", 1_000, NOW),
        entry("adjustment", -500, NOW),
        entry("forfeit", -500, NOW),
        entry("charge", -70, new Date(2026, 1, 1)),
      ],
      NOW,
      14,
    );
    expect(days).toHaveLength(14);
    expect(days.every(({ spentMinor }) => spentMinor === 0)).toBe(true);
  });

  it("counts what was booked late on the day that it happened", () => {
    const yesterday = new Date(2026, 2, 29, 12);
    const spent = spendingByDay([entry("charge", -30, yesterday, NOW)], NOW, 2);
    expect(spent.map(({ spentMinor }) => spentMinor)).toEqual([30, 0]);
  });

  it("goes by the calendar over a change of the clocks and the end of a month", () => {
    expect(dayBefore(NOW, 30)).toEqual(new Date(2026, 1, 28));
    const days = spendingByDay([], NOW, 14).map(({ day }) => [day.getDate(), day.getHours()]);
    expect(days[0]).toEqual([17, 0]);
    expect(days.every(([, hours]) => hours === 0)).toBe(true);
  });
});

describe("reading entries", () => {
  const hours = [14, 12, 10, 8].map((hour) => entry("charge", -10, new Date(2026, 2, 30, hour)));
  async function* newestFirst() {
    yield* hours;
  }

  it("goes back as far as is wanted", async () => {
    const since = new Date(2026, 2, 30, 10);
    expect(await entriesSince(since, newestFirst(), 9)).toEqual({ entries: hours.slice(0, 3), readUntil: null });
    expect((await entriesSince(since, newestFirst(), 3)).readUntil).toBeNull();
  });

  it("says where it had to stop", async () => {
    const read = await entriesSince(new Date(2026, 2, 29), newestFirst(), 2);
    expect(read).toEqual({ entries: hours.slice(0, 2), readUntil: new Date(2026, 2, 30) });
  });
});
