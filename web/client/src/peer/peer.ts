/** The media's connection of one call: owns the `RTCPeerConnection`, and puts together what looks after it. */

import type { Quality } from "../calls/states.js";
import type { Timers } from "../clock.js";
import type { LocalMedia } from "../media/local-media.js";
import { type IceConfiguration, NoRelayError } from "./ice.js";
import { type MediaState, MediaStateChannel } from "./media-state.js";
import { Negotiation, type PeerSignal } from "./negotiation.js";
import { Restarts } from "./restarts.js";
import { Senders } from "./senders.js";
import { MediaWatch } from "./watch.js";

export interface PeerNeeds {
  /** Whether this side answers: the callee. */
  polite: boolean;
  ice: IceConfiguration;
  media: LocalMedia;
  /** Where the other side's tracks go. */
  remoteStream: MediaStream;
  say(signal: PeerSignal): void;
  timers: Timers;
  told: PeerListener;
}

export interface PeerListener {
  /** The other side's media comes in. Once. */
  flowing(): void;
  failed(reason: "connect_failed" | "no_relay" | "lost"): void;
  /** The first sound or picture. */
  remote(): void;
  /** What the other side says of its media, or its tracks, have changed. */
  changed(): void;
  quality(quality: Quality): void;
}

interface Parts {
  pc: RTCPeerConnection;
  negotiation: Negotiation;
  senders: Senders;
  restarts: Restarts;
  watch: MediaWatch;
}

export class Peer {
  readonly #needs: PeerNeeds;
  readonly #ready: Promise<Parts | null>;
  readonly #stopListening: () => void;
  #parts: Parts | null = null;
  #channel: MediaStateChannel | null = null;
  #theirs: MediaState | null = null;
  #hasRemote = false;
  #closed = false;

  constructor(needs: PeerNeeds) {
    this.#needs = needs;
    this.#ready = this.#connect();
    this.#stopListening = needs.media.on("changed", () => this.#channel?.tell(this.#ours));
  }

  /** What the other side says that it sends; null as long as it has said nothing. */
  get theirs(): MediaState | null {
    return this.#theirs;
  }

  /** Take what the other side says, in order, as soon as there is a connection to take it. */
  async heard(signal: PeerSignal): Promise<void> {
    await (await this.#ready)?.negotiation.heard(signal);
  }

  /** What either side said may have been lost: say it again, and where nothing is connected, find new paths. */
  recover(): void {
    this.#parts?.negotiation.sayAgain();
    if (this.#parts && !this.#parts.restarts.isConnected) this.#parts.restarts.restart();
  }

  close(): void {
    this.#closed = true;
    this.#stopListening();
    if (!this.#parts) return;
    const { pc, negotiation, senders, restarts, watch } = this.#parts;
    for (const part of [watch, restarts, senders, negotiation]) part.close();
    this.#channel?.close();
    pc.ontrack = null;
    pc.close();
    for (const track of this.#needs.remoteStream.getTracks()) this.#forget(track);
  }

  get #ours(): MediaState {
    const { audioOn, videoOn, screenOn } = this.#needs.media;
    return { audio: audioOn, video: videoOn, screen: screenOn };
  }

  async #connect(): Promise<Parts | null> {
    try {
      const configuration = await this.#needs.ice.get();
      if (!this.#closed) this.#parts = this.#build(new RTCPeerConnection(configuration));
    } catch (error) {
      if (!this.#closed) this.#needs.told.failed(error instanceof NoRelayError ? "no_relay" : "connect_failed");
    }
    return this.#parts;
  }

  #build(pc: RTCPeerConnection): Parts {
    const { polite, media, say, timers, told, ice } = this.#needs;
    const senders = new Senders(pc, media);
    const beforeAnswer = () => {
      senders.join();
      // One that the offer has no room for would call for another offer.
      if (pc.remoteDescription?.sdp.includes("m=application")) this.#openChannel(pc);
    };
    const parts: Parts = {
      pc,
      senders,
      negotiation: new Negotiation({ pc, polite, say, timers, beforeAnswer }),
      restarts: new Restarts(pc, timers),
      watch: new MediaWatch({
        pc,
        timers,
        theirs: () => this.#theirs,
        flowing: () => told.flowing(),
        quality: (quality) => told.quality(quality),
        dead: () => told.failed("lost"),
      }),
    };
    pc.ontrack = ({ track }) => this.#receive(track);
    if (!polite) {
      senders.add();
      this.#openChannel(pc);
    }
    // What is relayed goes on without; the next restart needs them.
    ice.keepFresh((configuration) => pc.setConfiguration(configuration));
    return parts;
  }

  #openChannel(pc: RTCPeerConnection): void {
    this.#channel ??= new MediaStateChannel(
      pc,
      () => this.#ours,
      (theirs) => {
        this.#theirs = theirs;
        this.#needs.told.changed();
      },
    );
  }

  #receive(track: MediaStreamTrack): void {
    track.onunmute = () => {
      if (!this.#hasRemote) this.#needs.told.remote();
      this.#hasRemote = true;
      this.#needs.told.changed();
    };
    track.onmute = () => this.#needs.told.changed();
    this.#needs.remoteStream.addTrack(track);
    this.#needs.told.changed();
  }

  #forget(track: MediaStreamTrack): void {
    track.onmute = track.onunmute = null;
    this.#needs.remoteStream.removeTrack(track);
  }
}
