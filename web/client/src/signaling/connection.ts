/** The socket to signaling, kept open for as long as somebody is logged in. */

import { Emitter } from "../emitter.js";
import type { FromClient, Said, ServerMessage, Told, Welcome } from "./messages.js";

/** `waiting`: lost, until `retryAtMs`; `refused`: the session is over, and nothing is tried any more. */
export type ConnectionState = "idle" | "connecting" | "open" | "waiting" | "refused";

export interface ConnectionEvents {
  state: ConnectionState;
  welcome: Welcome;
  message: ServerMessage;
}

export class Connection extends Emitter<ConnectionEvents> {
  #state: ConnectionState = "idle";

  get state(): ConnectionState {
    return this.#state;
  }

  /** When the next attempt is made, by the `now()` of the timers; null unless `waiting`. */
  get retryAtMs(): number | null {
    return null;
  }

  /** Connect, and stay connected. */
  start(): void {
    throw new Error("not yet");
  }

  /** Close the socket for good: the device is not resumed. */
  stop(): void {
    throw new Error("not yet");
  }

  /** Try now, where a try is waited for. */
  retryNow(): void {
    throw new Error("not yet");
  }

  /** Send a message. What it leads to comes as `message`, an `error` that carries its `ref` back too. Throws `NotConnectedError`. */
  send(_message: FromClient): void {
    throw new Error("not yet");
  }

  /**
   * Send an invite and wait for the message that carries its ref back.
   *
   * Glare: where both call each other, the answer is a `call.incoming` and a `call.accepted` without a ref; the promise
   * is then rejected after `ANSWER_MS_MAX`, so go by the events too.
   * Rejects with `SignalingError`, `ConnectionLostError`, `NotConnectedError`.
   */
  request(_message: Omit<Said<"call.invite">, "ref">): Promise<Told<"call.authorizing" | "call.refused">> {
    throw new Error("not yet");
  }
}
