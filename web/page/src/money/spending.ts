import type { StatementEntry } from "@talktime/client";

export const DAYS_SHOWN = 14;

export interface DaySpending {
  day: Date;
  spentMinor: number;
}

/** Return what was spent on each of the last days, oldest first, today last. A refund counts against its own day. */
export function spendingByDay(entries: Iterable<StatementEntry>, now: Date, days = DAYS_SHOWN): DaySpending[] {
  const shown = Array.from({ length: days }, (_, index) => dayBefore(now, days - 1 - index));
  const spent = new Map(shown.map((day) => [day.getTime(), 0]));
  for (const entry of entries) {
    if (entry.kind !== "charge" && entry.kind !== "refund") continue;
    const day = dayBefore(new Date(entry.created_at), 0).getTime();
    const before = spent.get(day);
    if (before !== undefined) spent.set(day, before - entry.amount_minor);
  }
  return shown.map((day) => ({ day, spentMinor: Math.max(0, spent.get(day.getTime()) ?? 0) }));
}

/** Return the start of the day so many days before, by the calendar: not each day has 24 hours. */
export function dayBefore(now: Date, days: number): Date {
  return new Date(now.getFullYear(), now.getMonth(), now.getDate() - days);
}
