/** A page with the library's calls in it, and everything around them in a test's hands. */

import { vi } from "vitest";
import type { Call } from "../../src/calls/call.js";
import { Calls } from "../../src/calls/calls.js";
import { LocalMedia } from "../../src/media/local-media.js";
import { Wallet } from "../../src/money/wallet.js";
import type { IceServers } from "../../src/rest/types.js";
import type { ServerMessage } from "../../src/signaling/messages.js";
import { type FakeDevices, stubMedia } from "./media.js";
import { FakePeerConnection } from "./peer-connection.js";
import * as server from "./server.js";
import { FakeSignaling } from "./signaling.js";
import { FakeTimers, settled } from "./timers.js";

export class Calling {
  readonly timers = new FakeTimers();
  readonly signaling = new FakeSignaling();
  readonly devices: FakeDevices = stubMedia();
  readonly page = new EventTarget();
  readonly wallet = new Wallet();
  readonly calls: Calls;
  /** What the page heard of the calls. */
  readonly heard: string[] = [];
  servers: IceServers = { ice_servers: [], ice_transport_policy: "all", expires_at: null };
  relayOnly = false;
  readonly askedFor: string[] = [];

  constructor() {
    FakePeerConnection.made = [];
    vi.stubGlobal("RTCPeerConnection", FakePeerConnection);
    vi.stubGlobal("addEventListener", this.page.addEventListener.bind(this.page));
    vi.stubGlobal("removeEventListener", this.page.removeEventListener.bind(this.page));
    this.calls = new Calls({
      signaling: this.signaling,
      iceServers: async (callId) => {
        this.askedFor.push(callId);
        return this.servers;
      },
      wallet: this.wallet,
      relayOnly: () => this.relayOnly,
      timers: this.timers,
    });
    this.calls.on("current", (call) => this.heard.push(call ? `current ${call.otherName}` : "none"));
    this.calls.on("incoming", (call) => this.heard.push(`${call.otherName} calls`));
  }

  /** The call that there surely is. */
  get call(): Call {
    const call = this.calls.current;
    if (!call) throw new Error("no call");
    return call;
  }

  /** The last connection that was made. */
  get pc(): FakePeerConnection {
    const pc = FakePeerConnection.made.at(-1);
    if (!pc) throw new Error("no connection");
    return pc;
  }

  media(): Promise<LocalMedia> {
    return LocalMedia.open();
  }

  tell(...messages: ServerMessage[]): Promise<void> {
    this.signaling.tell(...messages);
    return settled();
  }

  async place(): Promise<Call> {
    return this.calls.place({ userName: "ben" }, await this.media());
  }

  async rings(): Promise<Call> {
    const call = await this.place();
    const invite = this.signaling.sent.find(({ type }) => type === "call.invite");
    await this.tell(server.authorizing(invite?.ref ?? null), server.rings());
    return call;
  }

  async connects(): Promise<Call> {
    const call = await this.rings();
    await this.tell(server.accepted());
    return call;
  }

  /** The media comes in, and both sides say so. */
  async talks(): Promise<Call> {
    const call = await this.connects();
    await this.mediaFlows();
    await this.tell(server.active());
    return call;
  }

  async mediaFlows(): Promise<void> {
    this.pc.becomes("connected");
    this.pc.stats = [{ type: "inbound-rtp", packetsReceived: 1 }];
    await this.timers.advance(200);
  }
}
