/** Shares, in basis points, as people read and type them: in percent. */

/** All of something, in basis points. */
export const SHARE_BP_ALL = 10_000;

const BP_OF_PERCENT = 100;

/** Return a share as people write it, e.g. `62.5%`. */
export function percent(shareBp: number, where: string): string {
  const format = new Intl.NumberFormat(where, { style: "percent", maximumFractionDigits: 2 });
  return format.format(shareBp / SHARE_BP_ALL);
}

/** Return a share as it is typed, in percent. */
export function shareText(shareBp: number): string {
  return String(shareBp / BP_OF_PERCENT);
}

/** Return the share that was typed in percent; null where it is none. */
export function typedShare(text: string): number | null {
  const typed = text.trim().match(/^(\d{1,3})(?:[.,](\d{1,2}))?$/);
  if (!typed) return null;
  const [, whole = "", decimals = ""] = typed;
  const shareBp = Number(whole) * BP_OF_PERCENT + Number(decimals.padEnd(2, "0"));
  return shareBp <= SHARE_BP_ALL ? shareBp : null;
}
