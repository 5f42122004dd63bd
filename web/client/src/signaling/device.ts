/** What one device is to the server, whichever socket it has: how it comes back, and the numbers of its messages. */

import type { FromClient, Said, ServerMessage, Welcome } from "./messages.js";

/** So many messages wait at most for a socket; fewer than the server takes at once. */
export const KEPT_MAX = 100;

type Numbered = FromClient & { seq: number };

/** Lives in memory only: a copied tab would take its call away. */
export class Device {
  #resumeToken: string | null = null;
  /** Proves this device's part in a call to a server that has never heard of it. */
  #ticket: { callId: string; ticket: string } | null = null;
  #kept: Numbered[] = [];
  /** The number of the last message that was made, of the last that a socket has taken, and of the last that came. */
  #made = 0;
  #written = 0;
  #received = 0;

  /** Whether the server has ever let it in. */
  get isKnown(): boolean {
    return this.#resumeToken !== null;
  }

  get received(): number {
    return this.#received;
  }

  /** What `hello` says of it. */
  get hello(): Pick<Said<"hello">, "resume_token" | "received" | "ticket"> {
    return {
      resume_token: this.#resumeToken,
      received: this.isKnown ? this.#received : null,
      ticket: this.#ticket?.ticket ?? null,
    };
  }

  /** Keep the message until the server has it. Of too many the oldest are given up. */
  keep(message: FromClient): void {
    this.#made += 1;
    this.#kept = [...this.#kept.slice(1 - KEPT_MAX), { ...message, seq: this.#made }];
  }

  /** Return what the socket has not taken yet, in order; it takes it now. */
  unsent(): FromClient[] {
    const unsent = this.#unwritten;
    this.#written = this.#made;
    return unsent;
  }

  /** Whether the message of the server with this number is new, was here before, or comes after one that is missing. */
  takes(seq: number): "new" | "known" | "gap" {
    if (seq <= this.#received) return "known";
    if (seq > this.#received + 1) return "gap";
    this.#received = seq;
    return "new";
  }

  /** The newest ticket is kept for as long as the call lives. */
  learn(message: ServerMessage): void {
    if (message.type === "call.ticket") this.#ticket = { callId: message.call_id, ticket: message.ticket };
    else if (message.type === "call.ended" && message.call_id === this.#ticket?.callId) this.#ticket = null;
  }

  /** There is a socket: what the server does not have yet is `unsent` again. */
  welcomed({ resume_token, resumed, received, call }: Welcome): void {
    this.#resumeToken = resume_token;
    if (resumed) {
      this.#kept = this.#kept.filter(({ seq }) => seq > received);
      this.#written = received;
    } else this.#beginAgain(call?.call_id);
  }

  /** What was said before may have been heard or not, and the state of the call tells; what never was, is said now. */
  #beginAgain(callId: string | undefined): void {
    const never = this.#unwritten.filter((message) => !("call_id" in message));
    this.#kept = [];
    this.#made = this.#written = this.#received = 0;
    for (const message of never) this.keep(message);
    if (callId !== this.#ticket?.callId) this.#ticket = null;
  }

  get #unwritten(): Numbered[] {
    return this.#kept.filter(({ seq }) => seq > this.#written);
  }
}
