/** What an adjustment will book, and what is known of it. */
import { NetworkError, ProblemError } from "@talktime/client";
import { newAdjustmentId } from "@talktime/client/operators";
import { parseAmount } from "../money/amounts.js";

/** No amount or price may be greater: the API's `AMOUNT_MINOR_MAX`. */
export const AMOUNT_MINOR_MAX = 1_000_000_000_000;

export type Way = "give" | "take";

/** What was checked and is booked once, however often it is sent. */
export interface Draft {
  id: string;
  /** Negative where it is taken. */
  amountMinor: number;
  reason: string;
}

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

/** Return a draft under an id of its own. */
export function draft(way: Way, amountMinor: number, reason: string): Draft {
  return { id: newAdjustmentId(), amountMinor: way === "give" ? amountMinor : -amountMinor, reason };
}

/** Whether it may be booked although the answer does not say so: then only the same draft may be sent again. */
export function mayBeBooked(error: unknown): boolean {
  return error instanceof NetworkError || (error instanceof ProblemError && error.status >= 500);
}
