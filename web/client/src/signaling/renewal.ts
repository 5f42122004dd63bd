/** Shows the server a newer access token before the one that the socket was opened with expires. */

import type { Timers } from "../clock.js";
import type { Token } from "../session/tokens.js";
import type { FromClient, Told } from "./messages.js";

/** Where no newer token can be had, it is tried again after so long. */
export const RENEW_AGAIN_MS = 5_000;

export interface RenewalParts {
  renewedToken(): Promise<Token>;
  timers: Timers;
  send(message: FromClient): void;
}

/**
 * Belongs to one open socket.
 *
 * Nothing is lost where it fails: the server closes the socket, and the next one is opened with a new token.
 */
export class Renewal {
  readonly #parts: RenewalParts;
  /** The one that counts for the server. */
  #accessToken: string;
  #offered: { ref: string; accessToken: string } | null = null;
  #offers = 0;
  #cancel: () => void = () => {};
  #isOver = false;

  constructor(token: Token, parts: RenewalParts) {
    this.#parts = parts;
    this.#accessToken = token.accessToken;
    this.#after(token.freshMs);
  }

  get accessToken(): string {
    return this.#accessToken;
  }

  accepted({ ref }: Told<"authenticated">): void {
    if (ref === this.#offered?.ref) this.#accessToken = this.#offered.accessToken;
  }

  close(): void {
    this.#isOver = true;
    this.#cancel();
  }

  #after(ms: number): void {
    this.#cancel = this.#parts.timers.after(Math.max(ms, RENEW_AGAIN_MS), () => void this.#renew());
  }

  async #renew(): Promise<void> {
    const token = await this.#parts.renewedToken().catch(() => null);
    if (this.#isOver) return;
    this.#after(token?.freshMs ?? 0);
    if (!token || token.accessToken === this.#accessToken) return;
    this.#offers += 1;
    this.#offered = { ref: `renewal-${this.#offers}`, accessToken: token.accessToken };
    this.#parts.send({ type: "authenticate", token: token.accessToken, ref: this.#offered.ref });
  }
}
