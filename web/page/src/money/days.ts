/** The days of a file, as a person chooses them: both included, either may be left open. */
import type { Days } from "@talktime/client";

/** Return the days for the API, which does not include the last one; null where they are none. */
export function daysOf(from: string, to: string): Pick<Days, "since" | "until"> | null {
  if (from && to && to < from) return null;
  return { ...(from && { since: from }), ...(to && { until: dayAfter(to) }) };
}

/** Return the day after one, both as `2026-01-31`. */
function dayAfter(day: string): string {
  const at = new Date(`${day}T00:00:00Z`);
  at.setUTCDate(at.getUTCDate() + 1);
  return at.toISOString().slice(0, 10);
}
