/** A call as it can be read at any moment. */

import type { Timers } from "../clock.js";
import { Emitter } from "../emitter.js";
import type { LocalMedia } from "../media/local-media.js";
import type { MediaState } from "../peer/media-state.js";
import type { Party, Role } from "../signaling/messages.js";
import type { CallEvents, RemoteMuted } from "./call.js";
import { type CallModel, costOf, type Money, stateOf, talkMsOf, timeLeftMsOf } from "./model.js";
import type { CallEnd, CallState, Charge, Cost, LowFunds, Quality } from "./states.js";

export interface ViewParts {
  timers: Timers;
  /** What this device's account has, as far as known. */
  money(): Money | null;
}

export abstract class CallView extends Emitter<CallEvents> {
  readonly remoteStream = new MediaStream();
  localMedia: LocalMedia | null;
  quality: Quality | null = null;
  /** All that is known of the call. */
  model: CallModel;
  readonly #timers: Timers;
  readonly #money: () => Money | null;

  constructor(parts: ViewParts, model: CallModel, media: LocalMedia | null) {
    super();
    this.#timers = parts.timers;
    this.#money = parts.money;
    this.model = model;
    this.localMedia = media;
  }

  get id(): string | null {
    return this.model.id;
  }

  get role(): Role {
    return this.model.role;
  }

  get other(): Party | null {
    return this.model.other;
  }

  get otherName(): string | null {
    return this.model.other?.user_name ?? this.model.invite?.callee_user_name ?? null;
  }

  get state(): CallState {
    return stateOf(this.model);
  }

  get cost(): Cost | null {
    return costOf(this.model, this.#timers.now());
  }

  get talkMs(): number {
    return talkMsOf(this.model, this.#timers.now());
  }

  get paidMs(): number {
    return this.model.paidMs;
  }

  get timeLeftMs(): number | null {
    return timeLeftMsOf(this.model, this.#money(), this.#timers.now());
  }

  get lowFunds(): LowFunds | null {
    return this.model.lowFunds;
  }

  get peerLost(): boolean {
    return this.model.peerLost;
  }

  get end(): CallEnd | null {
    return this.model.end;
  }

  get endTold(): boolean {
    return this.model.endTold;
  }

  get charge(): Charge | null {
    return this.model.charge;
  }

  get remoteMuted(): RemoteMuted {
    const { theirs } = this;
    if (theirs) return { audio: !theirs.audio, video: !theirs.video && !theirs.screen };
    // Who does not say so may still send nothing.
    return { audio: false, video: !this.remoteStream.getVideoTracks().some((track) => !track.muted) };
  }

  get remoteScreenOn(): boolean {
    return this.theirs?.screen ?? false;
  }

  /** What the other side says that it sends; null as long as it has said nothing. */
  protected abstract get theirs(): MediaState | null;
}
