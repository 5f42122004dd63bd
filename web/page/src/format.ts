/** Money, times and dates as people write them, in the language spoken now. Reading them in a component subscribes it. */
import { installation } from "./installation.js";
import { locale } from "./texts/index.js";

const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** Return an amount in minor units as money, e.g. `€4.50`. */
export function money(minor: number, currency: string): string {
  return moneyIn(locale.value, minor, currency, installation.value?.currency_exponent);
}

/** The same without decimals where there are none but zeros: `€5`. */
export function shortMoney(minor: number, currency: string): string {
  return moneyIn(locale.value, minor, currency, installation.value?.currency_exponent, "stripIfInteger");
}

/** The same in a given locale. The exponent is ISO 4217's, which browsers do not always follow. */
export function moneyIn(
  where: string,
  minor: number,
  currency: string,
  exponent?: number,
  trailingZeroDisplay: "auto" | "stripIfInteger" = "auto",
): string {
  const digits = exponent ?? currencyExponent(currency);
  const format = new Intl.NumberFormat(where, {
    style: "currency",
    currency,
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
    trailingZeroDisplay,
  });
  return format.format(minor / 10 ** digits);
}

/** Return how many digits a currency has behind the point, as the browser knows it. */
export function currencyExponent(currency: string): number {
  return new Intl.NumberFormat("en", { style: "currency", currency }).resolvedOptions().maximumFractionDigits ?? 2;
}

/** Return a time span as a clock shows it: `0:05`, `12:34`, `1:02:03`. Started seconds do not count. */
export function duration(ms: number): string {
  const whole = Math.max(0, Math.floor(ms / SECOND_MS)) * SECOND_MS;
  const two = (value: number) => String(value).padStart(2, "0");
  const hours = Math.floor(whole / HOUR_MS);
  const minutes = Math.floor((whole % HOUR_MS) / MINUTE_MS);
  const seconds = (whole % MINUTE_MS) / SECOND_MS;
  return hours ? `${hours}:${two(minutes)}:${two(seconds)}` : `${minutes}:${two(seconds)}`;
}

/** Return a day, without the year where it is this one. */
export function day(at: Date, now = new Date()): string {
  const year = at.getFullYear() === now.getFullYear() ? {} : ({ year: "numeric" } as const);
  return new Intl.DateTimeFormat(locale.value, { day: "numeric", month: "short", ...year }).format(at);
}

/** Return a day in full, with its weekday. */
export function longDay(at: Date): string {
  return new Intl.DateTimeFormat(locale.value, { dateStyle: "full" }).format(at);
}

/** Return a date in full. */
export function longDate(at: Date): string {
  return new Intl.DateTimeFormat(locale.value, { dateStyle: "long" }).format(at);
}

/** Return a time of day, which no line breaks: `3:45 PM`. */
export function time(at: Date): string {
  return new Intl.DateTimeFormat(locale.value, { timeStyle: "short" }).format(at).replace(/\s/g, "\u00a0");
}

/** Return day and time, with the day's name where it was today or yesterday. */
export function moment(iso: string, now = new Date()): string {
  const at = new Date(iso);
  const days = Math.round((startOfDay(now) - startOfDay(at)) / DAY_MS);
  if (days === 0 || days === 1) {
    const name = new Intl.RelativeTimeFormat(locale.value, { numeric: "auto" }).format(-days, "day");
    return `${name.charAt(0).toLocaleUpperCase(locale.value)}${name.slice(1)}, ${time(at)}`;
  }
  return `${day(at, now)}, ${time(at)}`;
}

function startOfDay(at: Date): number {
  return new Date(at.getFullYear(), at.getMonth(), at.getDate()).getTime();
}
