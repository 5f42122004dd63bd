/** One call, as its device sees it. */

import type { Emitter } from "../emitter.js";
import type { SignalingError } from "../errors.js";
import type { LocalMedia } from "../media/local-media.js";
import type { Party, Role } from "../signaling/messages.js";
import type { CallEnd, CallState, Charge, Cost, LowFunds, Quality } from "./states.js";

export interface CallEvents {
  /** Anything that can be read has changed; `talkMs` runs by itself. */
  changed: undefined;
  state: CallState;
  /** Null where it was topped up in time. */
  lowFunds: LowFunds | null;
  /** The talk time that is paid now. */
  lease: number;
  /** Once. What the server says of the end later on is a change. */
  ended: CallEnd;
  /** After the end; again, with less, where part of it was refunded. */
  charged: Charge;
  /** The first sound or picture of the other side is there. */
  remote: MediaStream;
  quality: Quality;
  /** The server took no notice of what this device said of the call. */
  error: SignalingError;
}

/** The other side as it says of itself; its camera may be off, its microphone muted. */
export interface RemoteMuted {
  audio: boolean;
  video: boolean;
}

export interface Call extends Pick<Emitter<CallEvents>, "on" | "once"> {
  /** Null until the server has named it. */
  readonly id: string | null;
  /** Who pays is the caller. Where both called each other, the one whose invite came first. */
  readonly role: Role;
  /** Null for the caller until it rings. */
  readonly other: Party | null;
  /** The other one's user name, as far as known: the caller may have given an id. */
  readonly otherName: string | null;
  readonly state: CallState;
  /** Null for the callee, and until it rings. */
  readonly cost: Cost | null;
  /** Talk time up to now, from the server's figures and the time since. */
  readonly talkMs: number;
  /** The talk time that is paid; 0 until it runs. */
  readonly paidMs: number;
  /**
   * For how long the talk can go on, by the server's figures. While `lowFunds`, until it ends; else for the caller as
   * long as the balance pays and limits let it, as far as a quote told of them, and without a connection the paid time;
   * null for the callee. Null, too, where a minute costs nothing, and until talk time runs.
   */
  readonly timeLeftMs: number | null;
  readonly lowFunds: LowFunds | null;
  /** Whether the other side has lost its connection to the server and is waited for. */
  readonly peerLost: boolean;
  readonly end: CallEnd | null;
  /** Whether the server has said how it ended; else `end` is what this device made of its silence. */
  readonly endTold: boolean;
  readonly charge: Charge | null;
  /** What the other side sends. Always the same object. */
  readonly remoteStream: MediaStream;
  readonly localMedia: LocalMedia | null;
  readonly remoteMuted: RemoteMuted;
  /** Whether the picture is the other side's screen. */
  readonly remoteScreenOn: boolean;
  /** How good the media is; null until it is connected. */
  readonly quality: Quality | null;

  /**
   * Take the incoming call; the media is the call's from now on. Resolves when that has worked, or the call is over.
   *
   * Rejects with `SignalingError` where the server does not let this device take it.
   */
  accept(media: LocalMedia): Promise<void>;
  /** Refuse the incoming call, on all devices. */
  decline(): void;
  /** Give up an outgoing call, at any moment. */
  cancel(): void;
  /** End the call, whatever its state: before the accept it cancels or declines. */
  hangUp(): void;
}
