/** By what a call is charged: the server's rule, so that what is shown is what will be due. */

/** As they were when the call was authorized; they hold for all of it. */
export interface Terms {
  /** Of a started minute. */
  priceMinor: number;
  currency: string;
  minuteMs: number;
  /** So much talk at the beginning costs nothing. */
  freeMs: number;
  /** A call of at most so much talk costs nothing at all. */
  graceMs: number;
}

/** As messages of the server have them. */
interface ToldTerms {
  price_minor: number;
  currency: string;
  minute_ms: number;
  free_ms: number;
  grace_ms: number;
}

export function termsOf(told: ToldTerms): Terms {
  const { price_minor: priceMinor, currency, minute_ms: minuteMs } = told;
  // An older server has neither.
  return { priceMinor, currency, minuteMs, freeMs: told.free_ms ?? 0, graceMs: told.grace_ms ?? 0 };
}

/** Return the minutes to be paid for this talk time: a started minute is a whole one. */
export function minutesOf(talkMs: number, terms: Pick<Terms, "minuteMs" | "freeMs" | "graceMs">): number {
  return talkMs <= terms.graceMs ? 0 : Math.ceil(Math.max(0, talkMs - terms.freeMs) / terms.minuteMs);
}
