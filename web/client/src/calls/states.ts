/** Where a call can be, and what is known of it; in the words of docs/protocol.md. */

import type { EndReason, RefusalReason, SpendLimit } from "../signaling/messages.js";
import type { Terms } from "./terms.js";

export type { EndReason, RefusalReason };

/**
 * The server's states as this device sees them.
 *
 * `connecting` begins with this device's own accept; `reconnecting` is either side's lost socket.
 */
export type CallState = "authorizing" | "ringing" | "connecting" | "active" | "reconnecting" | "ended";

/**
 * What only this device knows of the end:
 *
 * - `answered_elsewhere`: another device of this account took the call
 * - `not_connected`: there was no connection to the server, nothing rang
 * - `no_relay`: the media must be relayed, and there is no relay to be had
 */
export type LocalEndReason = "answered_elsewhere" | "not_connected" | "no_relay";

export interface CallEnd {
  reason: EndReason | RefusalReason | LocalEndReason;
  /** Whether nothing rang: the reason is a `RefusalReason`. */
  refused: boolean;
  /** The talk time, as the server has measured it once it has said so. */
  talkMs: number;
  /** What is missing for one minute: where money is the reason of a refusal; and its price, there and with limits. */
  shortfallMinor?: number;
  priceMinor?: number;
  currency?: string;
  /** Which limit of one's own leaves less than a minute, and what it leaves. */
  spendLimit?: SpendLimit;
  leftMinor?: number;
  /** For how long no other call is possible: where there were too many. */
  retryAfterMs?: number;
}

/** What the call has cost by now; for its caller alone. */
export interface Cost extends Terms {
  /** 0 until talk time runs, and as long as it is free. */
  minutesStarted: number;
  costMinor: number;
}

/** The final word about the money; for the caller alone. */
export interface Charge {
  chargeMinor: number;
  minutes: number;
  talkMs: number;
}

/** The next minute cannot be paid. */
export interface LowFunds {
  /** The talk time at which the call ends. */
  endsAtTalkMs: number;
  /** Why: the money, or a limit of one's own, for one call or for one day; told to the caller alone. */
  reason: "funds" | "spend_limit" | null;
  spendLimit: SpendLimit | null;
  /** At least so much must be topped up, where that helps; told to the caller alone. */
  shortfallMinor: number | null;
  currency: string | null;
}

export type Quality = "good" | "fair" | "poor" | "lost";
