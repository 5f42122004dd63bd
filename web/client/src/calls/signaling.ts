/** What calls need of the connection. */

import type { FromClient, ServerMessage, Welcome } from "../signaling/messages.js";

export interface SignalingEvents {
  state: string;
  welcome: Welcome;
  message: ServerMessage;
}

export interface Signaling {
  /** `open` is good to send on; `refused` and `idle` do not come back by themselves. */
  readonly state: string;
  /** Send now or, where the socket is lost, once the device has resumed; where it cannot, never. */
  post(message: FromClient): void;
  on<Name extends keyof SignalingEvents>(name: Name, listener: (value: SignalingEvents[Name]) => void): () => void;
}
