/** Time that only a test moves. */

import type { Timers } from "../../src/clock.js";

interface Due {
  atMs: number;
  action: () => void;
}

export class FakeTimers implements Timers {
  #nowMs = 1_000_000;
  /** How far the machine's clock is off; a test sets it. */
  wallOffMs = 0;
  #waiting: Due[] = [];

  now(): number {
    return this.#nowMs;
  }

  wallNow(): number {
    return 1_700_000_000_000 + this.#nowMs + this.wallOffMs;
  }

  after(ms: number, action: () => void): () => void {
    const due = { atMs: this.#nowMs + ms, action };
    this.#waiting.push(due);
    return () => {
      this.#waiting = this.#waiting.filter((each) => each !== due);
    };
  }

  /** How many wait; 0 where everything was cleaned up. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** Let time pass: what falls due happens in order, each with all that follows from it. */
  async advance(ms: number): Promise<void> {
    await settled();
    const untilMs = this.#nowMs + ms;
    for (let due = this.#next(untilMs); due; due = this.#next(untilMs)) {
      this.#waiting = this.#waiting.filter((each) => each !== due);
      this.#nowMs = Math.max(this.#nowMs, due.atMs);
      due.action();
      await settled();
    }
    this.#nowMs = untilMs;
  }

  /** Time passes while the machine sleeps: no timer fires, and all that are due fire at once afterwards. */
  async sleep(ms: number): Promise<void> {
    this.#nowMs += ms;
    await this.advance(0);
  }

  #next(untilMs: number): Due | undefined {
    const [first] = this.#waiting.filter(({ atMs }) => atMs <= untilMs).sort((one, other) => one.atMs - other.atMs);
    return first;
  }
}

const TURNS = 10;

/** Everything that needs no time has happened. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < TURNS; turn++) await new Promise(nextTurn);
}

function nextTurn(done: (value: unknown) => void): void {
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = () => {
    port1.close();
    done(null);
  };
  port2.postMessage(null);
}
