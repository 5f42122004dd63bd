/** Agrees on descriptions with the other side: "perfect negotiation" (W3C WebRTC 1.0, section 10.7). */

import type { Timers } from "../clock.js";
import type { IceCandidate } from "../signaling/messages.js";

export type PeerSignal =
  | { type: "call.offer" | "call.answer"; sdp: string }
  | { type: "call.candidate"; candidate: IceCandidate | null };

/** An offer that is not answered for so long is said again: it, or its answer, was lost with a socket. */
export const ANSWER_MS_MAX = 4_000;

export interface NegotiationNeeds {
  pc: RTCPeerConnection;
  /** Whether this side gives way where offers cross: it is the callee, who also waits for the first offer. */
  polite: boolean;
  say(signal: PeerSignal): void;
  /** The other side's offer is set, the answer not made yet. */
  beforeAnswer(): void;
  timers: Timers;
}

export class Negotiation {
  readonly #needs: NegotiationNeeds;
  readonly #pc: RTCPeerConnection;
  readonly #early: RTCIceCandidateInit[] = [];
  #hearing: Promise<void> = Promise.resolve();
  #makingOffer = false;
  #ignoringOffer = false;
  #stopWaiting = () => {};

  constructor(needs: NegotiationNeeds) {
    this.#needs = needs;
    this.#pc = needs.pc;
    this.#pc.onnegotiationneeded = () => void this.#offer();
    this.#pc.onicecandidate = ({ candidate }) => this.#found(candidate);
  }

  /** Take what the other side says, one after another. */
  heard(signal: PeerSignal): Promise<void> {
    const take = () =>
      signal.type === "call.candidate" ? this.#candidate(signal.candidate) : this.#description(signal);
    this.#hearing = this.#hearing.then(take).catch(() => {});
    return this.#hearing;
  }

  /** Say an offer that waits for its answer again: it may have been lost. */
  sayAgain(): void {
    if (this.#pc.signalingState === "have-local-offer") this.#sayDescription();
  }

  close(): void {
    this.#stopWaiting();
    this.#pc.onnegotiationneeded = null;
    this.#pc.onicecandidate = null;
  }

  async #offer(): Promise<void> {
    if (this.#needs.polite && !this.#pc.remoteDescription) return;
    this.#makingOffer = true;
    try {
      await this.#pc.setLocalDescription();
      if (this.#pc.signalingState === "have-local-offer") this.#sayDescription();
    } catch {
      // It was overtaken by an offer of the other side, or the connection is closed.
    } finally {
      this.#makingOffer = false;
    }
  }

  async #description({ type, sdp }: Exclude<PeerSignal, { type: "call.candidate" }>): Promise<void> {
    const isOffer = type === "call.offer";
    const collides = isOffer && (this.#makingOffer || this.#pc.signalingState !== "stable");
    this.#ignoringOffer = collides && !this.#needs.polite;
    if (this.#ignoringOffer || (!isOffer && this.#pc.signalingState !== "have-local-offer")) return;
    // Takes an offer of ours back, where they crossed.
    await this.#pc.setRemoteDescription({ type: isOffer ? "offer" : "answer", sdp });
    this.#stopWaiting();
    await this.#addEarly();
    if (!isOffer) return;
    this.#needs.beforeAnswer();
    await this.#pc.setLocalDescription();
    this.#sayDescription();
  }

  async #candidate(candidate: IceCandidate | null): Promise<void> {
    // One that belongs to an offer that was ignored or taken back is refused by the browser; so be it.
    if (!this.#pc.remoteDescription) this.#early.push(candidate ?? { candidate: "" });
    else if (!this.#ignoringOffer) await this.#pc.addIceCandidate(candidate);
  }

  async #addEarly(): Promise<void> {
    for (const candidate of this.#early.splice(0)) await this.#pc.addIceCandidate(candidate).catch(() => {});
  }

  #sayDescription(): void {
    const { localDescription } = this.#pc;
    if (!localDescription) return;
    const isOffer = localDescription.type === "offer";
    this.#needs.say({ type: isOffer ? "call.offer" : "call.answer", sdp: localDescription.sdp });
    this.#stopWaiting();
    if (isOffer) this.#stopWaiting = this.#needs.timers.after(ANSWER_MS_MAX, () => this.sayAgain());
  }

  #found(found: RTCIceCandidate | null): void {
    // An empty one is the end of one generation, as some browsers have it; null says the same.
    if (found?.candidate === "") return;
    this.#needs.say({ type: "call.candidate", candidate: found && wireOf(found) });
  }
}

function wireOf({ candidate, sdpMid, sdpMLineIndex, usernameFragment }: RTCIceCandidate): IceCandidate {
  return { candidate, sdpMid, sdpMLineIndex, usernameFragment };
}
