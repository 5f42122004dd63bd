/** How much of what was paid or charged may still go back. */
import type { Payment } from "@talktime/client";
import type { CallRecord } from "@talktime/client/operators";

/** Return what of a call's charge was not given back; 0 where nothing was charged. */
export function refundableOf({ charge_minor: charge, refunded_minor: refunded }: CallRecord): number {
  return Math.max(0, (charge ?? 0) - refunded);
}

/** Return how much of a payment may go back: what was paid and is neither back nor spent. */
export function payableBackOf(payment: Payment, availableMinor: number): number {
  if (payment.status !== "settled") return 0;
  return Math.max(0, Math.min(payment.amount_minor - payment.refunded_minor, availableMinor));
}
