/** When to try again, so that a server that comes back is not met by everybody at once. */

import type { Timers } from "../clock.js";

export const FIRST_MS_MAX = 500;
export const LATER_MS_MAX = 15_000;

/** Exponential, with full jitter: anything from nothing to a limit that doubles with each failure. */
export class Backoff {
  readonly #timers: Timers;
  readonly #random: () => number;
  #limitMs = FIRST_MS_MAX;
  #atMs: number | null = null;
  #cancel: () => void = () => {};

  /** `random` gives numbers from 0 up to 1. */
  constructor(timers: Timers, random: () => number = Math.random) {
    this.#timers = timers;
    this.#random = random;
  }

  /** When the action waited for comes, by the timers; null where there is none. */
  get atMs(): number | null {
    return this.#atMs;
  }

  /** Call `action` after a while, a longer one each time, but not longer than `msMax`. */
  wait(action: () => void, msMax = LATER_MS_MAX): void {
    this.cancel();
    const ms = this.#random() * Math.min(this.#limitMs, msMax);
    this.#limitMs = Math.min(2 * this.#limitMs, LATER_MS_MAX);
    this.#atMs = this.#timers.now() + ms;
    this.#cancel = this.#timers.after(ms, () => {
      this.#atMs = null;
      action();
    });
  }

  cancel(): void {
    this.#cancel();
    this.#atMs = null;
  }

  /** What was failing works again. */
  reset(): void {
    this.#limitMs = FIRST_MS_MAX;
  }
}
