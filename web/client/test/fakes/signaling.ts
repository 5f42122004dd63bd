/** A connection in the hands of a test: what calls say is kept, what the server says is the test's. */

import type { SignalingEvents } from "../../src/calls/signaling.js";
import { Emitter } from "../../src/emitter.js";
import type { CallSnapshot, FromClient, ServerMessage } from "../../src/signaling/messages.js";
import { welcome } from "./server.js";

export class FakeSignaling extends Emitter<SignalingEvents> {
  state = "open";
  readonly sent: FromClient[] = [];
  readonly #waiting: FromClient[] = [];

  /** What is posted while the socket is away waits for a resume. */
  post(message: FromClient): void {
    (this.state === "open" ? this.sent : this.#waiting).push(message);
  }

  /** The types of what was said since the last time. */
  get said(): string[] {
    return this.sent.splice(0).map(({ type }) => type);
  }

  lose(): void {
    this.become("waiting");
  }

  tell(...messages: ServerMessage[]): void {
    for (const message of messages) this.emit("message", message);
  }

  become(state: string): void {
    this.state = state;
    this.emit("state", state);
  }

  /** The server lets the device in, and would wait so long for it to come back. */
  comeBack(call: CallSnapshot | null = null, resume_ms = 20_000): void {
    this.#waiting.splice(0);
    this.become("open");
    this.emit("welcome", { ...welcome(call), resume_ms });
  }

  /** The device resumes: what was posted meanwhile goes now. */
  resume(): void {
    this.sent.push(...this.#waiting.splice(0));
    this.become("open");
    this.emit("welcome", { ...welcome(), resumed: true });
  }
}
