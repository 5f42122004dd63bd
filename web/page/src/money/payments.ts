/** A top-up's way: asked for, paid in the provider's window, noticed here. */

import { effect } from "@preact/signals";
import { Attempt, type Payment } from "@talktime/client";
import { account, talktime, wallet } from "../talktime.js";
import { t } from "../texts/index.js";

const POLL_MS = 2_000;
/** A checkout that is left open for longer is looked at when the wallet changes, no more. */
const FOLLOW_MS_MAX = 30 * 60_000;

let asking: { amountMinor: number; attempt: Attempt } | null = null;

/** Ask for a payment. Asking again for the same after no answer came makes no second one. */
export async function askPayment(amountMinor: number): Promise<Payment> {
  if (asking?.amountMinor !== amountMinor) asking = { amountMinor, attempt: new Attempt() };
  return asking.attempt.send((key) => talktime.api.createPayment(amountMinor, key));
}

/** Look until the payment is decided, then tell once; while its payer uses this tab. Returns how to stop looking. */
export function followPayment(id: string, tell: (payment: Payment) => void): () => void {
  const payer = account.peek()?.id;
  const endsAt = Date.now() + FOLLOW_MS_MAX;
  let looking = false;
  let over = false;
  const look = async () => {
    if (looking || over) return;
    looking = true;
    const payment = await talktime.api.payment(id).catch(() => null);
    looking = false;
    if (over || !payment || payment.status === "pending") return;
    stop();
    tell(payment);
  };
  const timer = setInterval(() => {
    if (Date.now() < endsAt) void look();
  }, POLL_MS);
  const leave = effect(() => {
    if (account.value?.id !== payer) stop();
    else if (wallet.value) void look();
  });
  const stop = () => {
    over = true;
    clearInterval(timer);
    leave();
  };
  return stop;
}

/** Return why nothing came of a payment, and what to do. */
export function outcomeText({ status, failure }: Pick<Payment, "status" | "failure">): string {
  const texts = t().money;
  if (status === "expired") return texts.expired;
  return failure ? `${texts.failures[failure] ?? ""} ${texts.failed}`.trim() : texts.failed;
}
