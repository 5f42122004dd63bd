/**
 * `RTCPeerConnection` as far as its signaling states go (W3C WebRTC 1.0, section 4.4): one operation after another, an
 * offer that comes while one's own is pending takes that one back, and negotiation is asked for while it is needed.
 *
 * Descriptions are little more than their origin: who made them, and their number.
 */

import { FakeTrack } from "./media.js";

const ALL_LINES = "m=audio m=video m=application";

export class FakeChannel {
  readyState = "connecting";
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  readonly sent: unknown[] = [];
  readonly options: unknown;

  constructor(options: unknown) {
    this.options = options;
  }

  send(data: string): void {
    this.sent.push(JSON.parse(data));
  }

  close(): void {
    this.readyState = "closed";
  }

  open(): void {
    this.readyState = "open";
    this.onopen?.();
  }

  hear(data: unknown): void {
    this.onmessage?.({ data: typeof data === "string" ? data : JSON.stringify(data) });
  }
}

class FakeTransceiver {
  direction = "recvonly";
  currentDirection: string | null = null;
  streams: unknown[] = [];
  readonly receiver: { track: FakeTrack };
  readonly sender = {
    track: null as unknown,
    replaceTrack: async (track: unknown) => {
      this.sender.track = track;
    },
    setStreams: (...streams: unknown[]) => {
      this.streams = streams;
    },
  };

  constructor(kind: "audio" | "video") {
    this.receiver = { track: new FakeTrack(kind) };
    this.receiver.track.muted = true;
  }
}

interface Description {
  type: "offer" | "answer";
  sdp: string;
}

export class FakePeerConnection {
  static made: FakePeerConnection[] = [];
  signalingState = "stable";
  iceConnectionState = "new";
  connectionState = "new";
  onnegotiationneeded: (() => void) | null = null;
  onicecandidate: ((event: { candidate: unknown }) => void) | null = null;
  oniceconnectionstatechange: (() => void) | null = null;
  ontrack: ((event: { track: FakeTrack }) => void) | null = null;
  configuration: RTCConfiguration;
  stats: Record<string, unknown>[] = [];
  restarts = 0;
  readonly candidates: unknown[] = [];
  readonly transceivers: FakeTransceiver[] = [];
  channel: FakeChannel | null = null;
  name = "pc";
  #local: Description | null = null;
  #pendingLocal: Description | null = null;
  #remote: Description | null = null;
  #pendingRemote: Description | null = null;
  #needed = false;
  #asking = false;
  #offers = 0;
  #operations: Promise<unknown> = Promise.resolve();

  constructor(configuration: RTCConfiguration = {}) {
    this.configuration = configuration;
    FakePeerConnection.made.push(this);
  }

  get localDescription(): Description | null {
    return this.#pendingLocal ?? this.#local;
  }

  get remoteDescription(): Description | null {
    return this.#pendingRemote ?? this.#remote;
  }

  get currentLocalDescription(): Description | null {
    return this.#local;
  }

  get currentRemoteDescription(): Description | null {
    return this.#remote;
  }

  setLocalDescription(): Promise<void> {
    return this.#operate(() => {
      if (this.signalingState === "have-remote-offer") this.#answer();
      else this.#offer();
    });
  }

  setRemoteDescription(description: Description): Promise<void> {
    return this.#operate(() => {
      if (description.type === "offer") this.#setOffer(description);
      else this.#setAnswer(description);
    });
  }

  addIceCandidate(candidate: unknown): Promise<void> {
    return this.#operate(() => {
      if (!this.remoteDescription) throw new DOMException("no description", "InvalidStateError");
      this.candidates.push(candidate);
    });
  }

  addTransceiver(kind: "audio" | "video", init: { direction: string; streams: unknown[] }): FakeTransceiver {
    const transceiver = new FakeTransceiver(kind);
    Object.assign(transceiver, init);
    this.transceivers.push(transceiver);
    this.#need();
    return transceiver;
  }

  getTransceivers(): FakeTransceiver[] {
    return this.transceivers;
  }

  createDataChannel(_: string, options: unknown): FakeChannel {
    this.channel = new FakeChannel(options);
    if (!this.remoteDescription?.sdp.includes("m=application")) this.#need();
    return this.channel;
  }

  restartIce(): void {
    this.restarts += 1;
    this.#need();
  }

  setConfiguration(configuration: RTCConfiguration): void {
    this.configuration = configuration;
  }

  async getStats(): Promise<Map<string, unknown>> {
    return new Map(this.stats.map((entry, at) => [String(entry.id ?? at), { id: String(at), ...entry }]));
  }

  close(): void {
    this.signalingState = this.iceConnectionState = this.connectionState = "closed";
  }

  /** The network does this. */
  becomes(state: string): void {
    this.iceConnectionState = this.connectionState = state;
    this.oniceconnectionstatechange?.();
  }

  #operate(operation: () => void): Promise<void> {
    const done = this.#operations.then(() => {
      if (this.signalingState === "closed") throw new DOMException("closed", "InvalidStateError");
      operation();
    });
    this.#operations = done.catch(() => {});
    return done;
  }

  #offer(): void {
    this.#offers += 1;
    this.#pendingLocal = {
      type: "offer",
      sdp: `o=- ${this.name} ${this.#offers} IN IP4 0.0.0.0\r\n${ALL_LINES}\r\n`,
    };
    this.signalingState = "have-local-offer";
    this.#needed = false;
  }

  #answer(): void {
    const [offered] = this.#pendingRemote?.sdp.split("\r\n") ?? [];
    // The same offer gets the same answer.
    this.#local = { type: "answer", sdp: `o=- ${this.name} 0 IN IP4 0.0.0.0\r\ns=to ${offered}\r\n` };
    this.#remote = this.#pendingRemote;
    this.#needed = false;
    this.#settle();
  }

  #setOffer(description: Description): void {
    // What was taken back is still wanted.
    if (this.signalingState === "have-local-offer") this.#needed = true;
    this.#pendingLocal = null;
    this.#pendingRemote = description;
    this.signalingState = "have-remote-offer";
    if (this.transceivers.length) return;
    for (const kind of ["audio", "video"] as const) {
      if (!description.sdp.includes(`m=${kind}`)) continue;
      const transceiver = new FakeTransceiver(kind);
      this.transceivers.push(transceiver);
      this.ontrack?.({ track: transceiver.receiver.track });
    }
  }

  #setAnswer(description: Description): void {
    if (this.signalingState !== "have-local-offer") throw new DOMException("no offer", "InvalidStateError");
    if (!this.#remote) for (const { receiver } of this.transceivers) this.ontrack?.({ track: receiver.track });
    this.#local = this.#pendingLocal;
    this.#remote = description;
    this.#settle();
  }

  #settle(): void {
    this.#pendingLocal = this.#pendingRemote = null;
    this.signalingState = "stable";
    for (const transceiver of this.transceivers) transceiver.currentDirection = transceiver.direction;
    if (this.#needed) this.#ask();
  }

  #need(): void {
    this.#needed = true;
    this.#ask();
  }

  #ask(): void {
    if (this.#asking) return;
    this.#asking = true;
    queueMicrotask(() => {
      this.#asking = false;
      if (this.#needed && this.signalingState === "stable") this.onnegotiationneeded?.();
    });
  }
}
