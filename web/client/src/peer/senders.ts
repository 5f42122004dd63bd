/** Sends the local media: one sound and one picture, whichever they are at the moment. */

import type { MediaKind } from "../media/devices.js";
import type { LocalMedia } from "../media/local-media.js";

const KINDS: readonly MediaKind[] = ["audio", "video"];

/**
 * Both kinds are negotiated at the start, whether there is something to send or not, so that turning the camera on,
 * sharing the screen and changing devices need no further negotiation.
 */
export class Senders {
  readonly #pc: RTCPeerConnection;
  readonly #media: LocalMedia;
  readonly #senders = new Map<MediaKind, RTCRtpSender>();
  readonly #stopListening: () => void;

  constructor(pc: RTCPeerConnection, media: LocalMedia) {
    this.#pc = pc;
    this.#media = media;
    this.#stopListening = media.on("changed", () => this.#replaceTracks());
  }

  /** For who makes the first offer. */
  add(): void {
    // One stream for both, or the browser would not play them in step.
    const streams = [this.#media.stream];
    for (const kind of KINDS) this.#use(kind, this.#pc.addTransceiver(kind, { direction: "sendrecv", streams }));
  }

  /** For who answers it: send in what the offer has room for. */
  join(): void {
    for (const transceiver of this.#pc.getTransceivers()) {
      const kind = KINDS.find((kind) => kind === transceiver.receiver.track.kind);
      if (!kind || this.#senders.has(kind) || transceiver.direction === "stopped") continue;
      transceiver.direction = "sendrecv";
      transceiver.sender.setStreams?.(this.#media.stream);
      this.#use(kind, transceiver);
    }
  }

  close(): void {
    this.#stopListening();
  }

  #use(kind: MediaKind, { sender }: RTCRtpTransceiver): void {
    this.#senders.set(kind, sender);
    this.#replaceTracks();
  }

  #replaceTracks(): void {
    for (const [kind, sender] of this.#senders) {
      const track = this.#media.track(kind);
      // Rejected once the connection is closed.
      if (sender.track !== track) sender.replaceTrack(track).catch(() => {});
    }
  }
}
