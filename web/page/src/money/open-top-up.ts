import { signal } from "@preact/signals";

export interface TopUpWish {
  /** What to propose, in minor units. */
  amountMinor?: number | undefined;
}

/** What the top-up dialog was opened for; null where it is closed. */
export const topUpWish = signal<TopUpWish | null>(null);

/** Open the top-up dialog, in a call or outside. */
export function openTopUp(wish: TopUpWish = {}): void {
  topUpWish.value = wish;
}

export function closeTopUp(): void {
  topUpWish.value = null;
}
