import type { StatementEntry } from "@talktime/client";

export const DAYS_SHOWN = 14;

export interface DaySpending {
  day: Date;
  spentMinor: number;
}

/** Read the newest entries back to a moment, and no more than so many; then say until which day. */
export async function entriesSince(
  since: Date,
  newestFirst: AsyncIterable<StatementEntry>,
  entriesMax: number,
): Promise<{ entries: StatementEntry[]; readUntil: Date | null }> {
  const entries: StatementEntry[] = [];
  for await (const entry of newestFirst) {
    if (new Date(entry.created_at) < since) break;
    const last = entries.at(-1);
    if (last && entries.length === entriesMax)
      return { entries, readUntil: dayBefore(new Date(last.created_at), 0) };
    entries.push(entry);
  }
  return { entries, readUntil: null };
}

/** Return what was spent on each of the last days, oldest first, today last. A refund counts against its own day. */
export function spendingByDay(entries: Iterable<StatementEntry>, now: Date, days = DAYS_SHOWN): DaySpending[] {
  const shown = Array.from({ length: days }, (_, index) => dayBefore(now, days - 1 - index));
  const spent = new Map(shown.map((day) => [day.getTime(), 0]));
  for (const entry of entries) {
    if (entry.kind !== "charge" && entry.kind !== "refund") continue;
    const day = dayBefore(new Date(entry.occurred_at), 0).getTime();
    const before = spent.get(day);
    if (before !== undefined) spent.set(day, before - entry.amount_minor);
  }
  return shown.map((day) => ({ day, spentMinor: Math.max(0, spent.get(day.getTime()) ?? 0) }));
}

/** Return the start of the day so many days before, by the calendar: not each day has 24 hours. */
export function dayBefore(now: Date, days: number): Date {
  return new Date(now.getFullYear(), now.getMonth(), now.getDate() - days);
}
