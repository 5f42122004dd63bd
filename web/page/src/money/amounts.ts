/** Which amounts the top-up proposes, and how a typed one is read. */

const PROPOSED = [5, 10, 20, 50];

/** Return amounts to choose from, in minor units: small ones of the currency, and the one that was wished for. */
export function proposals(exponent: number, minorMax: number, wished?: number): number[] {
  // A currency without minor units has small major ones: 500 yen, not 5.
  const scale = 10 ** Math.max(exponent, 2);
  const all = new Set(PROPOSED.map((amount) => amount * scale));
  if (wished && wished > 0) all.add(wished);
  return [...all].filter((amount) => amount <= minorMax).sort((one, other) => one - other);
}

/** Return what was typed, in minor units; null where it is no amount. One point or comma separates the decimals. */
export function parseAmount(text: string, exponent: number): number | null {
  const typed = text.trim().match(/^(\d{1,12})(?:[.,](\d+))?$/);
  if (!typed) return null;
  const [, whole = "", decimals = ""] = typed;
  // 1,000 may be a thousand or one: whoever types it is asked again.
  if (decimals.length > exponent) return null;
  return Number(whole + decimals.padEnd(exponent, "0"));
}
