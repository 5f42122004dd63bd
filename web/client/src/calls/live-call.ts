/** Runs one call: gives the machine its inputs, and does what it wants done. */

import { SignalingError } from "../errors.js";
import type { LocalMedia } from "../media/local-media.js";
import { IceConfiguration } from "../peer/ice.js";
import type { MediaState } from "../peer/media-state.js";
import type { PeerSignal } from "../peer/negotiation.js";
import { Peer } from "../peer/peer.js";
import type { IceServers } from "../rest/types.js";
import type { ErrorMessage, FromClient } from "../signaling/messages.js";
import type { Call } from "./call.js";
import { CallView, type ViewParts } from "./call-view.js";
import { type Input, step } from "./machine.js";
import { type CallModel, deadlineOf, stateOf } from "./model.js";
import type { Quality } from "./states.js";
import type { Effect } from "./steps.js";

export interface LiveCallNeeds extends ViewParts {
  /** See `Signaling.post`. */
  say(message: FromClient): void;
  iceServers(callId: string): Promise<IceServers>;
  relayOnly(): boolean;
}

export class LiveCall extends CallView implements Call {
  readonly #needs: LiveCallNeeds;
  readonly #ice: IceConfiguration;
  readonly #inputs: Input[] = [];
  #peer: Peer | null = null;
  #stopWaiting = () => {};

  constructor(needs: LiveCallNeeds, model: CallModel, media: LocalMedia | null = null) {
    super(needs, model, media);
    this.#needs = needs;
    this.#ice = new IceConfiguration({
      fetch: () => needs.iceServers(this.model.id ?? ""),
      relayOnly: needs.relayOnly,
      timers: needs.timers,
    });
    this.#wait();
  }

  async accept(media: LocalMedia): Promise<void> {
    if (this.model.role === "caller" || this.model.negotiating) {
      // What is in use stays so.
      if (this.localMedia !== media) media.close();
      return;
    }
    if (this.localMedia !== media) this.localMedia?.close();
    this.localMedia = media;
    this.feed({ type: "accept" });
    if (this.model.end) media.close();
    else if (!this.model.negotiating) await this.#accepted();
  }

  decline(): void {
    this.hangUp();
  }

  cancel(): void {
    this.hangUp();
  }

  hangUp(): void {
    this.feed({ type: "hang_up" });
  }

  /** One input after another: what comes up meanwhile waits. */
  feed(input: Input): void {
    this.#inputs.push(input);
    if (this.#inputs.length > 1) return;
    for (let given: Input | undefined = input; given; given = this.#inputs[0]) {
      this.#step(given);
      this.#inputs.shift();
    }
  }

  /** The server's error about this call: what follows from it, then the error itself. */
  refuse(message: ErrorMessage): void {
    this.feed({ type: "told", message });
    this.emit("error", new SignalingError(message));
  }

  /** The money of which `timeLeftMs` speaks is another. */
  paysFromNow(): void {
    if (this.model.talk && !this.model.end) this.emit("changed");
  }

  protected override get theirs(): MediaState | null {
    return this.#peer?.theirs ?? null;
  }

  #step(given: Input): void {
    const before = this.model;
    const { call, effects } = step(before, given, this.#needs.timers.now());
    this.model = call;
    if (before !== call) this.#wait();
    for (const effect of effects) this.#do(effect);
    if (before !== call) this.#tell(before, call);
  }

  #do(effect: Effect): void {
    switch (effect.type) {
      case "say":
        this.#needs.say(effect.message);
        break;
      case "prepare":
        this.#ice.prepare();
        break;
      case "negotiate":
        this.#negotiate();
        break;
      case "recover":
        this.#peer?.recover();
        break;
      case "media":
        void this.#peer?.heard(effect.message);
        break;
      case "release":
        this.#peer?.close();
        this.#ice.close();
        this.localMedia?.close();
    }
  }

  #negotiate(): void {
    if (!this.localMedia) return;
    this.#peer = new Peer({
      polite: this.model.role === "callee",
      ice: this.#ice,
      media: this.localMedia,
      remoteStream: this.remoteStream,
      say: (signal) => this.#signal(signal),
      timers: this.#needs.timers,
      told: {
        flowing: () => this.feed({ type: "flowing" }),
        failed: (reason) => this.feed({ type: "failed", reason }),
        remote: () => this.emit("remote", this.remoteStream),
        changed: () => this.emit("changed"),
        quality: (quality) => this.#judged(quality),
      },
    });
  }

  #signal(signal: PeerSignal): void {
    if (this.model.id && !this.model.end) this.#needs.say({ ...signal, call_id: this.model.id, ref: null });
  }

  #judged(quality: Quality): void {
    if (quality === this.quality) return;
    this.quality = quality;
    this.emit("quality", quality);
    this.emit("changed");
  }

  #wait(): void {
    this.#stopWaiting();
    const atMs = deadlineOf(this.model);
    if (atMs === null) return;
    const waitMs = Math.max(0, atMs - this.#needs.timers.now());
    this.#stopWaiting = this.#needs.timers.after(waitMs, () => this.feed({ type: "time" }));
  }

  #accepted(): Promise<void> {
    return new Promise((resolve, reject) => {
      const done = (settle: () => void) => {
        for (const off of offs) off();
        settle();
      };
      const offs = [
        this.on("changed", () => (this.model.negotiating || this.model.end) && done(resolve)),
        this.on("error", (error) => done(() => reject(error))),
      ];
    });
  }

  #tell(before: CallModel, now: CallModel): void {
    if (stateOf(before) !== stateOf(now)) this.emit("state", stateOf(now));
    if (before.lowFunds !== now.lowFunds && !now.end) this.emit("lowFunds", now.lowFunds);
    if (before.paidMs !== now.paidMs) this.emit("lease", now.paidMs);
    if (!before.end && now.end) this.emit("ended", now.end);
    if (now.charge && before.charge !== now.charge) this.emit("charged", now.charge);
    this.emit("changed");
  }
}
