/** What calling somebody would cost, before one calls. */
import type { Quote } from "@talktime/client";
import { duration, money } from "../format.js";
import { type Loaded, useLoad } from "../load.js";
import { currentCall, talktime, wallet } from "../talktime.js";
import { t } from "../texts/index.js";

/** Ask what a call of this person costs, and again whenever one's money or limits are others: the wallet tells of both. */
export function useQuote(userName: string): Loaded<Quote> {
  // In a call the money changes every minute, and nobody reads what the next one would cost.
  const version = currentCall.value ? 0 : wallet.value?.version;
  return useLoad((signal) => talktime.api.quote({ userName }, signal), [userName, version]);
}

/** Return what a minute costs, in words. */
export function priceText(priceMinor: number, currency: string): string {
  return priceMinor ? t().people.price(money(priceMinor, currency)) : t().people.free;
}

/** Return what a quote says, part by part: the price, for how long that is enough, and what costs nothing. */
export function quoteParts(quote: Quote, availableMinor: number): string[] {
  const { price_minor: price, currency, minutes_affordable: minutes, free_ms: freeMs, grace_ms: graceMs } = quote;
  const texts = t().people;
  const parts = [priceText(price, currency)];
  if (price && freeMs) parts.push(texts.freeFirst(duration(freeMs)));
  if (price && graceMs > freeMs) parts.push(texts.freeUpTo(duration(graceMs)));
  const byMoney = price ? Math.floor(availableMinor / price) : null;
  // Where one's money would pay more, it is a limit of one's own that does not.
  const isLimited = minutes !== null && byMoney !== null && minutes < byMoney;
  if (isLimited) parts.push(texts.limitAllows(minutes));
  else if (minutes !== null) parts.push(minutes ? texts.enoughFor(minutes) : texts.notEnough);
  if (isCut(quote)) parts.push(texts.atMost(duration(quote.talk_ms_max)));
  return parts;
}

/** Whether a call ends before its minutes do, since none may be longer. */
function isCut({ minutes_affordable: minutes, minute_ms, free_ms, talk_ms_max: mostMs }: Quote): boolean {
  return minutes === null || (minutes > 0 && mostMs < free_ms + minutes * minute_ms);
}
