/** Amounts and prices as operators type them. */
import { parseAmount } from "../money/amounts.js";

/** No amount or price may be greater: the API's `AMOUNT_MINOR_MAX`. */
export const AMOUNT_MINOR_MAX = 1_000_000_000_000;

/** Return the amount that was typed in minor units, or null where it is none that can be booked. */
export function typedAmount(text: string, exponent: number): number | null {
  const amount = parseAmount(text, exponent);
  return amount !== null && amount > 0 && amount <= AMOUNT_MINOR_MAX ? amount : null;
}

/** Return the price that was typed in minor units; 0 is one. */
export function typedPrice(text: string, exponent: number): number | null {
  const price = parseAmount(text, exponent);
  return price !== null && price <= AMOUNT_MINOR_MAX ? price : null;
}
