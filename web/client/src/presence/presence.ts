/** Whether people can be called now, as far as this account may know. */

import { Emitter } from "../emitter.js";
import type { FromClient, PersonPresence, ServerMessage, Welcome } from "../signaling/messages.js";

/** Of so many people the server tells. */
export const PEOPLE_MAX = 200;

export interface PresenceEvents {
  /** Somebody who is watched can be called now, or cannot any more. */
  changed: undefined;
}

interface SignalingEvents {
  state: string;
  welcome: Welcome;
  message: ServerMessage;
}

/** What it needs of a `Connection`. */
export interface PresenceSignaling {
  post(message: FromClient): void;
  on<Name extends keyof SignalingEvents>(name: Name, listener: (value: SignalingEvents[Name]) => void): () => void;
}

/** One for a connection: it tells the server whom all of the page looks at. */
export class Presence extends Emitter<PresenceEvents> {
  readonly #signaling: PresenceSignaling;
  readonly #offs: (() => void)[];
  /** The people of each who watches, the newest last. */
  #watched: (readonly string[])[] = [];
  #known = new Map<string, PersonPresence>();
  /** Whom the server was told last. */
  #told = "";
  #isDue = false;

  constructor(signaling: PresenceSignaling) {
    super();
    this.#signaling = signaling;
    this.#offs = [
      signaling.on("state", (state) => this.#follow(state)),
      signaling.on("welcome", ({ resumed }) => this.#welcome(resumed)),
      signaling.on("message", (message) => this.#hear(message)),
    ];
  }

  /** What was said last of somebody who is watched; null until it was. */
  of(accountId: string): PersonPresence | null {
    return this.#known.get(accountId) ?? null;
  }

  /** Be told of these accounts, until the function returned is called. Of too many the first are left out. */
  watch(accountIds: readonly string[]): () => void {
    this.#watched = [...this.#watched, accountIds];
    this.#changed();
    return () => {
      this.#watched = this.#watched.filter((each) => each !== accountIds);
      this.#changed();
    };
  }

  close(): void {
    for (const off of this.#offs) off();
  }

  /** A screen that opens asks once for all that is on it. */
  #changed(): void {
    if (this.#isDue) return;
    this.#isDue = true;
    queueMicrotask(() => {
      this.#isDue = false;
      this.#tell();
    });
  }

  #tell(): void {
    const ids = [...new Set(this.#watched.flat())].slice(-PEOPLE_MAX);
    const told = ids.join();
    if (told === this.#told) return;
    this.#told = told;
    this.#known = new Map([...this.#known].filter(([id]) => ids.includes(id)));
    this.#signaling.post({ type: "presence.watch", account_ids: ids });
  }

  /** Where nothing was lost, the server still knows whom to tell of. */
  #welcome(resumed: boolean): void {
    if (resumed) return;
    this.#told = "";
    this.#tell();
  }

  #follow(state: string): void {
    if (state !== "idle" && state !== "refused") return;
    this.#told = "";
    this.#known.clear();
    this.emit("changed");
  }

  #hear(message: ServerMessage): void {
    if (message.type !== "presence") return;
    for (const person of message.people) this.#known.set(person.account_id, person);
    this.emit("changed");
  }
}
