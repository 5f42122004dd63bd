/** Agrees on descriptions with the other side: "perfect negotiation" (W3C WebRTC 1.0, section 10.7). */

import type { Timers } from "../clock.js";
import type { IceCandidate } from "../signaling/messages.js";
import { answerTo, isSameOffer, withOffer } from "./answers.js";

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

  /** Say the offer that waits for its answer, if there is one: it may have been lost. */
  sayAgain(): void {
    const { signalingState, localDescription } = this.#pc;
    if (signalingState !== "have-local-offer" || !localDescription) return;
    this.#needs.say({ type: "call.offer", sdp: localDescription.sdp });
    this.#stopWaiting();
    this.#stopWaiting = this.#needs.timers.after(ANSWER_MS_MAX, () => this.sayAgain());
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
      this.sayAgain();
    } catch {
      // It was overtaken by an offer of the other side, or the connection is closed.
    } finally {
      this.#makingOffer = false;
    }
  }

  #description({ type, sdp }: Exclude<PeerSignal, { type: "call.candidate" }>): Promise<void> {
    return type === "call.offer" ? this.#offered(sdp) : this.#answered(sdp);
  }

  async #offered(sdp: string): Promise<void> {
    const { currentRemoteDescription: answered, currentLocalDescription: answer } = this.#pc;
    if (answered?.type === "offer" && isSameOffer(answered.sdp, sdp)) {
      this.#sayAnswer(answer, answered);
      return;
    }
    const collides = this.#makingOffer || this.#pc.signalingState !== "stable";
    if (collides && !this.#needs.polite) return;
    // Takes an offer of ours back, where they crossed.
    await this.#described({ type: "offer", sdp });
    this.#needs.beforeAnswer();
    await this.#pc.setLocalDescription();
    this.#sayAnswer(this.#pc.currentLocalDescription, this.#pc.currentRemoteDescription);
  }

  /** One that comes late or twice is refused by the browser; so be it. */
  async #answered(sdp: string): Promise<void> {
    const answer = answerTo(this.#pc.localDescription?.sdp ?? "", sdp);
    if (answer !== null) await this.#described({ type: "answer", sdp: answer });
  }

  async #described(description: RTCSessionDescriptionInit): Promise<void> {
    await this.#pc.setRemoteDescription(description);
    for (const candidate of this.#early.splice(0)) await this.#pc.addIceCandidate(candidate).catch(() => {});
  }

  async #candidate(candidate: IceCandidate | null): Promise<void> {
    if (!this.#pc.remoteDescription) this.#early.push(candidate ?? { candidate: "" });
    // One that belongs to an offer that was ignored or taken back is refused; so be it.
    else await this.#pc.addIceCandidate(candidate);
  }

  #sayAnswer(answer: RTCSessionDescription | null, offer: RTCSessionDescription | null): void {
    if (answer && offer) this.#needs.say({ type: "call.answer", sdp: withOffer(answer.sdp, offer.sdp) });
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
