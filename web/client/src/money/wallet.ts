/** The newest that is known of one's own money, whoever told it. */

import { Emitter } from "../emitter.js";
import type { Told, WalletState } from "../signaling/messages.js";

/** Why one cannot call. */
export interface Block {
  wallet: WalletState;
  /** At least so much must be topped up. Where the wallet says `blocked_by_operator`, no payment ends it. */
  shortfallMinor: number;
}

export interface WalletEvents {
  changed: WalletState | null;
  /** The server says that one cannot call from now on; `changed` has come before it. */
  blocked: Block;
  /** One can call again. */
  unblocked: WalletState;
}

/** What the server says of money alone; `call.charged` tells of it too. */
export type MoneyMessage = Told<"wallet.changed" | "account.blocked" | "account.unblocked" | "call.charged">;

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

  hear(message: MoneyMessage): void {
    const { wallet } = message;
    this.learn(wallet);
    // What is older than what is known may be true no more.
    if (this.#state && wallet.version < this.#state.version) return;
    if (message.type === "account.blocked")
      this.emit("blocked", { wallet, shortfallMinor: message.shortfall_minor });
    if (message.type === "account.unblocked") this.emit("unblocked", wallet);
  }

  /** Somebody else's money comes next, or nobody's. */
  forget(): void {
    if (!this.#state) return;
    this.#state = null;
    this.emit("changed", null);
  }
}
