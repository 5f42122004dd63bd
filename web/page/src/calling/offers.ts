import { proposals } from "../money/amounts.js";

/** More buttons than that nobody reads while the seconds run. */
const OFFERS_MAX = 2;

/** Return amounts that each let the call go on, in minor units; nothing where none may be paid at once. */
export function offersFor(shortfallMinor: number, exponent: number, minorMax: number): number[] {
  const enough = proposals(exponent, minorMax).filter((amount) => amount >= shortfallMinor);
  if (enough.length) return enough.slice(0, OFFERS_MAX);
  return shortfallMinor <= minorMax ? [shortfallMinor] : [];
}
