/** Watches what comes in: first whether anything does, then how good it is. */

import type { Quality } from "../calls/states.js";
import type { Timers } from "../clock.js";
import type { MediaState } from "./media-state.js";
import { qualityOf, worseOf } from "./quality.js";
import { type Sample, sampleOf } from "./stats.js";

const FLOW_MS = 200;
const QUALITY_MS = 2_000;
/** A call without a path for so long will not find one any more, and should cost nothing further. */
export const DEAD_MS_MAX = 30_000;

export interface WatchNeeds {
  pc: RTCPeerConnection;
  /** What the other side says that it sends; null as long as it has said nothing. */
  theirs(): MediaState | null;
  /** The media is connected, and what the other side sends arrives. Once. */
  flowing(): void;
  quality(quality: Quality): void;
  /** It was connected, and has not been for long. */
  dead(): void;
  timers: Timers;
}

export class MediaWatch {
  readonly #needs: WatchNeeds;
  #flowing = false;
  #last: { sample: Sample; atMs: number; quality: Quality } | null = null;
  #stop: () => void;
  /** When it was last connected. */
  #aliveAtMs = 0;
  #closed = false;

  constructor(needs: WatchNeeds) {
    this.#needs = needs;
    this.#stop = this.#again();
  }

  close(): void {
    this.#closed = true;
    this.#stop();
  }

  #again(): () => void {
    return this.#needs.timers.after(this.#flowing ? QUALITY_MS : FLOW_MS, () => void this.#look());
  }

  async #look(): Promise<void> {
    const report = this.#isConnected || this.#flowing ? await this.#needs.pc.getStats().catch(() => null) : null;
    if (this.#closed) return;
    const sample = report && sampleOf(report);
    if (sample && this.#flowing) this.#judge(sample);
    else if (sample && this.#isConnected && (sample.packetsReceived > 0 || !this.#expectsMedia)) {
      this.#flowing = true;
      this.#judge(sample);
      this.#needs.flowing();
    }
    if (!this.#closed) this.#stop = this.#again();
  }

  #judge(sample: Sample): void {
    const { timers, theirs, quality: tell } = this.#needs;
    const atMs = timers.now();
    const last = this.#last;
    const said = theirs();
    const expected = {
      isConnected: this.#isConnected,
      audio: said?.audio ?? false,
      video: (said?.video ?? false) && !said?.screen,
    };
    const quality = last ? qualityOf(last.sample, sample, atMs - last.atMs, expected) : "good";
    this.#last = { sample, atMs, quality };
    if (expected.isConnected) this.#aliveAtMs = atMs;
    else if (atMs - this.#aliveAtMs >= DEAD_MS_MAX) this.#needs.dead();
    // One good sample after a bad one may be luck.
    tell(worseOf(quality, last?.quality ?? "good"));
  }

  get #isConnected(): boolean {
    return this.#needs.pc.connectionState === "connected";
  }

  /** Somebody without camera and microphone sends nothing, and is to be talked to all the same. */
  get #expectsMedia(): boolean {
    const theirs = this.#needs.theirs();
    if (theirs) return theirs.audio || theirs.video || theirs.screen;
    return this.#needs.pc.getTransceivers().some(({ currentDirection }) => currentDirection?.includes("recv"));
  }
}
