/** Who is logged in, and the tokens that prove it. */

import { Emitter } from "../emitter.js";
import type { Account, NewAccount, NewSession } from "../rest/types.js";

/** `logged_out` here or in another tab; `refused` by the server: logged out from afar, disabled, or too long away. */
export type SessionEndReason = "logged_out" | "refused";

export interface SessionEvents {
  /** Somebody else is logged in now, or nobody, or the account's own data changed. */
  changed: Account | null;
  ended: SessionEndReason;
}

/** An account that is logged in in this browser. */
export interface StoredAccount {
  id: string;
  userName: string;
}

export class Session extends Emitter<SessionEvents> {
  #account: Account | null = null;

  get account(): Account | null {
    return this.#account;
  }

  /** Go on as the account named, else the one of this tab, else the last one used in this browser. */
  restore(_accountId?: string): Promise<Account | null> {
    throw new Error("not yet");
  }

  /** Make an account and log in. Rejects with `ProblemError`, `NetworkError`. */
  register(_input: NewAccount): Promise<Account> {
    throw new Error("not yet");
  }

  /** Log in by e-mail address or user name. Rejects with `ProblemError`, `NetworkError`. */
  logIn(_input: NewSession): Promise<Account> {
    throw new Error("not yet");
  }

  /** Forget the login here at once, and tell the server if it can be reached. */
  logOut(): Promise<void> {
    throw new Error("not yet");
  }

  /**
   * An access token that is good for half a minute at least, refreshed where it must be.
   *
   * `refused` is one that the server did not take, however good it looks.
   * Rejects with `NotLoggedInError`, also where this very refresh was refused, and with `NetworkError`.
   */
  accessToken(_refused?: string): Promise<string> {
    throw new Error("not yet");
  }

  /** Who is logged in in this browser, the last one used first. */
  accounts(): StoredAccount[] {
    throw new Error("not yet");
  }
}
