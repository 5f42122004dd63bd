/** What a quote says of a call that is then placed. */

import type { Quote } from "../rest/types.js";
import type { WalletState } from "../signaling/messages.js";

type Money = Pick<WalletState, "available_minor">;

/** Return how long the talk can be where a limit makes it shorter than the money would; null where none does. */
export function limitOf(quote: Quote, money: Money | null): number | null {
  const { price_minor: price, free_ms: freeMs, minute_ms: minuteMs, talk_ms_max: talkMsMax } = quote;
  if (!price || !money) return null;
  const payableMs = freeMs + Math.floor(money.available_minor / price) * minuteMs;
  return talkMsMax < payableMs ? talkMsMax : null;
}
