/** Messages that wait for the one that carries their ref back. */

import type { Timers } from "../clock.js";
import { ConnectionLostError, SignalingError } from "../errors.js";
import type { ServerMessage } from "./messages.js";

/** What carries a ref back, other than `error`. */
export type Answer = Exclude<Extract<ServerMessage, { ref: string | null }>, { type: "error" }>;

/** The server answers at once; after so long it never will. */
export const ANSWER_MS_MAX = 10_000;

interface Waiting {
  resolve(answer: Answer): void;
  reject(error: Error): void;
}

export class Answers {
  readonly #timers: Timers;
  readonly #waiting = new Map<string, Waiting>();

  constructor(timers: Timers) {
    this.#timers = timers;
  }

  /** Resolves with the answer to this ref. Rejects with `SignalingError`, `ConnectionLostError`. */
  async to(ref: string): Promise<Answer> {
    const late = () => this.#waiting.get(ref)?.reject(new ConnectionLostError("There was no answer in time."));
    const off = this.#timers.after(ANSWER_MS_MAX, late);
    try {
      return await new Promise((resolve, reject) => this.#waiting.set(ref, { resolve, reject }));
    } finally {
      off();
      this.#waiting.delete(ref);
    }
  }

  hear(message: ServerMessage): void {
    if (!("ref" in message) || message.ref === null) return;
    const waiting = this.#waiting.get(message.ref);
    if (message.type === "error") waiting?.reject(new SignalingError(message));
    else waiting?.resolve(message);
  }

  /** No answer will come any more. */
  lose(): void {
    for (const { reject } of this.#waiting.values()) reject(new ConnectionLostError());
  }
}
