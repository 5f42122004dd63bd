/** Time comes in through here, so that tests can move it. */

export interface Timers {
  /** Milliseconds that only ever grow, from no moment in particular. */
  now(): number;
  /** The machine's idea of the time of day, in milliseconds since 1970. It may be wrong, and may jump. */
  wallNow(): number;
  /** Call `action` once, not before `ms` have passed; the function returned takes it back. */
  after(ms: number, action: () => void): () => void;
}

/** The longest that a browser's timer can wait; it fires at once where it should wait longer. */
const TIMER_MS_MAX = 2 ** 31 - 1;

/** The platform's own. */
export const systemTimers: Timers = {
  now: () => performance.now(),
  wallNow: () => Date.now(),
  after(ms, action) {
    const timer = setTimeout(action, Math.min(ms, TIMER_MS_MAX));
    return () => clearTimeout(timer);
  },
};
