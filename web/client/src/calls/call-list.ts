/** The calls that a device knows of. */

import type { ServerMessage } from "../signaling/messages.js";
import type { LiveCall } from "./live-call.js";

/** Calls that are over are kept for what may still be said of them: their charge, the server's reason. */
const OVER_MAX = 8;

export class CallList {
  /** The newest last. */
  #calls: LiveCall[] = [];

  /** All of them as of now. */
  get all(): readonly LiveCall[] {
    return this.#calls;
  }

  /** Those that are not over. */
  get living(): LiveCall[] {
    return this.#calls.filter(({ model }) => !model.end);
  }

  add(call: LiveCall): void {
    const over = this.#calls.filter(({ model }) => model.end);
    this.#calls = [...over.slice(-OVER_MAX), ...this.living, call];
  }

  remove(call: LiveCall): void {
    this.#calls = this.#calls.filter((one) => one !== call);
  }

  byId(id: string | null): LiveCall | undefined {
    return id === null ? undefined : this.#calls.findLast((call) => call.id === id);
  }

  /** The call of which this is said. */
  meantBy(message: ServerMessage): LiveCall | undefined {
    const ref = "ref" in message ? message.ref : null;
    const byRef = ref === null ? undefined : this.#calls.findLast(({ model }) => model.invite?.ref === ref);
    const byId = "call_id" in message ? this.byId(message.call_id) : undefined;
    return byRef ?? byId ?? (message.type === "call.ringing" ? this.unnamed : undefined);
  }

  /** The last invite of which the server has not said yet which call it is: the news may have been lost. */
  get unnamed(): LiveCall | undefined {
    return this.#calls.findLast(({ model }) => model.invited && model.id === null);
  }
}
