/** A connection in the hands of a test: what calls say is kept, what the server says is the test's. */

import type { SignalingEvents } from "../../src/calls/signaling.js";
import { Emitter } from "../../src/emitter.js";
import { NotConnectedError } from "../../src/errors.js";
import type { CallSnapshot, FromClient, ServerMessage } from "../../src/signaling/messages.js";
import { welcome } from "./server.js";

export class FakeSignaling extends Emitter<SignalingEvents> {
  state = "open";
  readonly sent: FromClient[] = [];

  send(message: FromClient): void {
    if (this.state !== "open") throw new NotConnectedError();
    this.sent.push(message);
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
    this.become("open");
    this.emit("welcome", { ...welcome(call), resume_ms });
  }
}
