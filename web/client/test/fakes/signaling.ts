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

  tell(...messages: ServerMessage[]): void {
    for (const message of messages) this.emit("message", message);
  }

  lose(state = "waiting"): void {
    this.state = state;
    this.emit("state", state);
  }

  comeBack(call: CallSnapshot | null = null): void {
    this.state = "open";
    this.emit("state", "open");
    this.emit("welcome", welcome(call));
  }
}
