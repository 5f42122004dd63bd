/** Sockets that a test opens, talks through and closes. */

import type { WebSocketClass } from "../../src/signaling/link.js";
import type { FromClient, ToClient, Welcome } from "../../src/signaling/messages.js";

export class FakeSocket {
  onopen: ((event: Event) => void) | null = null;
  onmessage: ((event: MessageEvent) => void) | null = null;
  onclose: ((event: CloseEvent) => void) | null = null;
  readonly url: string;
  readonly sent: FromClient[] = [];
  /** The code by which the page has closed it. */
  closedWith: number | null = null;

  constructor(url: string) {
    this.url = url;
  }

  send(frame: string): void {
    this.sent.push(JSON.parse(frame));
  }

  close(code: number): void {
    this.closedWith ??= code;
  }

  /** The handshake is done. */
  opens(): void {
    this.onopen?.(new Event("open"));
  }

  says(message: ToClient): void {
    this.frame(JSON.stringify(message));
  }

  frame(data: unknown): void {
    this.onmessage?.(new MessageEvent("message", { data }));
  }

  /** The server closes it, or the network does. */
  closes(code: number): void {
    this.onclose?.({ code } as CloseEvent);
  }

  /** What was sent last. */
  get last(): FromClient | undefined {
    return this.sent.at(-1);
  }
}

/** Every socket that was opened, the newest last. */
export class FakeSockets {
  readonly all: FakeSocket[] = [];

  get WebSocket(): WebSocketClass {
    const { all } = this;
    return class extends FakeSocket {
      constructor(url: string) {
        super(url);
        all.push(this);
      }
    } as unknown as WebSocketClass;
  }

  get newest(): FakeSocket {
    const socket = this.all.at(-1);
    if (!socket) throw new Error("no socket was opened");
    return socket;
  }
}

export const PING_MS = 4_000;

export function welcome(more: Partial<Welcome> = {}): Welcome {
  return {
    type: "welcome",
    account: { account_id: "id-of-ann", user_name: "ann" },
    device_id: "device",
    resume_token: "resume-1",
    resume_ms: 20_000,
    ping_ms: PING_MS,
    wallet: walletState(1),
    call: null,
    resumed: false,
    received: 0,
    ref: null,
    ...more,
  };
}

export function walletState(version: number, more: Partial<Welcome["wallet"]> = {}): Welcome["wallet"] {
  return {
    version,
    balance_minor: 100,
    held_minor: 0,
    available_minor: 100,
    earned_minor: 0,
    price_minor: 10,
    currency: "EUR",
    minutes_affordable: 10,
    blocked: false,
    blocked_by_operator: false,
    ...more,
  };
}
