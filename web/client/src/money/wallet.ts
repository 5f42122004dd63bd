/** The newest that is known of one's own money, whoever told it. */

import { Emitter } from "../emitter.js";
import type { WalletState } from "../signaling/messages.js";

export interface WalletEvents {
  changed: WalletState | null;
}

/** `state` is null until something is known, and after logging out. */
export class Wallet extends Emitter<WalletEvents> {
  #state: WalletState | null = null;

  get state(): WalletState | null {
    return this.#state;
  }

  /** Take a state that was told; one that is not newer is ignored. */
  learn(told: WalletState): void {
    if (this.#state && told.version <= this.#state.version) return;
    this.#state = told;
    this.emit("changed", told);
  }

  /** Somebody else's money comes next, or nobody's. */
  forget(): void {
    if (!this.#state) return;
    this.#state = null;
    this.emit("changed", null);
  }
}
