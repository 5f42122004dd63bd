/** What somebody wants done once, however often it must be tried. */

import { ProblemError } from "../errors.js";
import { mayBeDone, newIdempotencyKey } from "./idempotency.js";

const CONFLICT = 409;

/**
 * Keeps the key of the tries at one thing until it is known what became of it; afterwards it is another attempt.
 *
 *     const topUp = new Attempt();
 *     button.onclick = () => topUp.send((key) => api.createPayment(500, key));
 *
 * Ask for the same thing in every try: the key belongs to it.
 */
export class Attempt {
  #key = newIdempotencyKey();
  #uncertain = false;

  /** Whether it may have been done in a try that nobody answered. */
  get uncertain(): boolean {
    return this.#uncertain;
  }

  /** Try it. Rejects as `ask` does; then try again, or look what became of it. */
  async send<Done>(ask: (key: string) => Promise<Done>): Promise<Done> {
    try {
      const done = await ask(this.#key);
      this.#over();
      return done;
    } catch (error) {
      if (mayBeDone(error)) this.#uncertain = true;
      // Of refusals the server keeps these: under this key nothing else will ever be answered, and nothing was done.
      else if (error instanceof ProblemError && error.status === CONFLICT) this.#over();
      throw error;
    }
  }

  #over(): void {
    this.#key = newIdempotencyKey();
    this.#uncertain = false;
  }
}
