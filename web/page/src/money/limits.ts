/** One's own limits as they are typed: what they say, and what of them is another. */
import type { LimitChanges, OwnLimits } from "@talktime/client";
import { parseAmount } from "./amounts.js";

/** The API's `AMOUNT_MINOR_MAX` and `TALK_MS_MAX`. */
export const LIMIT_MINOR_MAX = 1_000_000_000_000;
const CALL_MINUTES_MAX = 7 * 24 * 60;
const MINUTE_MS = 60_000;

/** Each empty where there is no limit; amounts in major units, the longest call in minutes. */
export interface TypedLimits {
  call: string;
  day: string;
  minutes: string;
}

export type LimitName = keyof TypedLimits;

/** Return the limits as somebody would type them. */
export function asTyped(limits: OwnLimits, exponent: number): TypedLimits {
  const amount = (minor: number | null) => (minor === null ? "" : (minor / 10 ** exponent).toFixed(exponent));
  return {
    call: amount(limits.spend_call_minor_max),
    day: amount(limits.spend_day_minor_max),
    minutes: limits.call_ms_max === null ? "" : String(limits.call_ms_max / MINUTE_MS),
  };
}

export interface ReadLimits {
  /** What is another than before. */
  changes: LimitChanges;
  wrong: readonly LimitName[];
  /** Whether one is raised, or taken away: that needs the password. */
  loosens: boolean;
}

/** Return what was typed means, beside the limits that there are. What was not touched stays as it is. */
export function readLimits(typed: TypedLimits, now: OwnLimits, exponent: number): ReadLimits {
  const before = asTyped(now, exponent);
  const changes: LimitChanges = {};
  const wrong: LimitName[] = [];
  let loosens = false;
  for (const name of ["call", "day", "minutes"] as const) {
    const text = typed[name].trim();
    if (text === before[name]) continue;
    const value = text === "" ? null : name === "minutes" ? callMs(text) : limitMinor(text, exponent);
    if (value === undefined) {
      wrong.push(name);
      continue;
    }
    const field = FIELDS[name];
    const was = now[field];
    if (value === was) continue;
    changes[field] = value;
    loosens ||= was !== null && (value === null || value > was);
  }
  return { changes, wrong, loosens };
}

const FIELDS = {
  call: "spend_call_minor_max",
  day: "spend_day_minor_max",
  minutes: "call_ms_max",
} as const satisfies Record<LimitName, keyof OwnLimits & keyof LimitChanges>;

function limitMinor(text: string, exponent: number): number | undefined {
  const minor = parseAmount(text, exponent);
  return minor !== null && minor > 0 && minor <= LIMIT_MINOR_MAX ? minor : undefined;
}

function callMs(text: string): number | undefined {
  const minutes = /^\d+([.,]\d+)?$/.test(text) ? Number(text.replace(",", ".")) : 0;
  return minutes > 0 && minutes <= CALL_MINUTES_MAX ? Math.max(1, Math.round(minutes * MINUTE_MS)) : undefined;
}
