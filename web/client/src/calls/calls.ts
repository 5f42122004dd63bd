/** The calls of this device. */

import type { Timers } from "../clock.js";
import { Emitter } from "../emitter.js";
import type { LocalMedia } from "../media/local-media.js";
import type { IceServers } from "../rest/types.js";
import type { Call } from "./call.js";
import type { Signaling } from "./signaling.js";

/** Whom to call. */
export type Callee = { id: string } | { userName: string };

export interface CallsEvents {
  /** Somebody calls; the call is `current`. */
  incoming: Call;
  /** Another call is the current one, or none. */
  current: Call | null;
}

/** What calls need of the rest. */
export interface CallsNeeds {
  signaling: Signaling;
  /** Rejects with `TalktimeError`. */
  iceServers(callId: string): Promise<IceServers>;
  /** Whether the account must not show its address: then no call is made without a relay. */
  relayOnly(): boolean;
  timers: Timers;
}

export class Calls extends Emitter<CallsEvents> {
  constructor(_needs: CallsNeeds) {
    super();
  }

  /** The call that rings, connects or is talked in on this device; null from its end. */
  get current(): Call | null {
    return null;
  }

  /**
   * Call somebody; `authorizing` at once. A refusal is an end of the call.
   *
   * The media is the call's from now on. Throws `TalktimeError` where there is a current call.
   */
  place(_callee: Callee, _media: LocalMedia): Call {
    throw new Error("not yet");
  }

  /** End the current call and listen no more. */
  close(): void {}
}
