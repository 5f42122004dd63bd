/** Camera and microphone before a call: opened for the preview, then given to the call. */

import { signal } from "@preact/signals";
import { LocalMedia, MediaError, type MediaErrorKind } from "@talktime/client";
import { preferences } from "../preferences.js";
import type { Concerned } from "../texts/en/calling.js";
import { isAllowed } from "./permission.js";

export interface MediaProblem {
  kind: MediaErrorKind;
  concerned: Concerned;
}

export interface Wish {
  camera: boolean;
  microphone: boolean;
}

/** What asks the browser; tests ask somebody else. */
export interface Source {
  open: typeof LocalMedia.open;
  isAllowed: typeof isAllowed;
}

const ALL: Wish = { camera: true, microphone: true };
const BROWSER: Source = { open: (wanted) => LocalMedia.open(wanted), isAllowed };
/** To ask for one device alone helps nobody here. */
const HOPELESS: ReadonlySet<MediaErrorKind> = new Set(["insecure_context", "unsupported"]);

export class OwnMedia {
  /** What there is; null before it was asked for, and after it was given away. */
  readonly media = signal<LocalMedia | null>(null);
  readonly problem = signal<MediaProblem | null>(null);
  readonly opening = signal(false);
  /** What the person wants; it is what `media` does, as soon as that is there. */
  readonly wish = signal(ALL);
  readonly #source: Source;
  #round = 0;
  #left = false;

  constructor(source: Source = BROWSER) {
    this.#source = source;
  }

  /** Ask for what is wanted, and where that is not to be had for the half of it. Never rejects: see `problem`. */
  async open(): Promise<void> {
    if (this.#left) return;
    this.close();
    const round = this.#round;
    const asked = this.wish.peek();
    this.opening.value = true;
    this.problem.value = null;
    const [media, problem] = await this.#ask(asked);
    if (round !== this.#round) return media.close();
    const meant = this.wish.peek();
    this.opening.value = false;
    this.problem.value = problem;
    this.media.value = media;
    this.wish.value = { camera: media.videoOn, microphone: media.audioOn };
    // Somebody changed their mind while the browser asked.
    for (const what of ["camera", "microphone"] as const) {
      if (meant[what] !== asked[what]) await this.turn(what, meant[what]);
    }
  }

  /**
   * Open what a call is to be accepted with, and give it away. Null where there is something to read before: that one is
   * not heard. Whoever asks again takes the call as it is.
   */
  async takeFor({ camera }: { camera: boolean }): Promise<LocalMedia | null> {
    if (!camera) await this.turn("camera", false);
    if (!this.media.peek()) {
      await this.open();
      const problem = this.problem.peek();
      if (problem && problem.concerned !== "camera") return null;
    }
    return this.take();
  }

  /** Turn something on or off, now or when it is opened. */
  async turn(what: keyof Wish, on: boolean): Promise<void> {
    this.wish.value = { ...this.wish.peek(), [what]: on };
    const media = this.media.peek();
    if (!media) return;
    try {
      await (what === "camera" ? media.setVideoOn(on) : media.setAudioOn(on));
      if (this.problem.peek()?.concerned === what) this.problem.value = null;
    } catch (error) {
      this.#fail(what, error);
    }
  }

  /** Ask again for all that failed. */
  async retry(): Promise<void> {
    const concerned = this.problem.peek()?.concerned;
    const wish = this.wish.peek();
    this.wish.value = {
      camera: wish.camera || concerned !== "microphone",
      microphone: wish.microphone || concerned !== "camera",
    };
    await this.open();
  }

  async use(kind: "audio" | "video", deviceId: string): Promise<void> {
    try {
      await this.media.peek()?.useDevice(kind, deviceId);
      this.problem.value = null;
    } catch (error) {
      this.#fail(kind === "audio" ? "microphone" : "camera", error);
    }
  }

  /** Give it away: whoever takes it closes it. */
  take(): LocalMedia | null {
    const media = this.media.peek();
    this.media.value = null;
    return media;
  }

  close(): void {
    this.#round += 1;
    this.opening.value = false;
    this.take()?.close();
  }

  /** Close it, and want and know nothing more of it than in the beginning. */
  reset(): void {
    this.close();
    this.problem.value = null;
    this.wish.value = ALL;
  }

  /** Close it for good: a question about permissions may be answered later, and then nobody would close it. */
  leave(): void {
    this.#left = true;
    this.close();
  }

  #fail(concerned: keyof Wish, error: unknown): void {
    this.problem.value = { kind: MediaError.from(error).kind, concerned };
    const media = this.media.peek();
    if (media) this.wish.value = { camera: media.videoOn, microphone: media.audioOn };
  }

  async #ask(wish: Wish): Promise<[LocalMedia, MediaProblem | null]> {
    const { camera, microphone } = preferences.peek();
    const audio = wish.microphone && (microphone ? { deviceId: microphone } : true);
    const video = wish.camera && (camera ? { deviceId: camera } : true);
    const concerned = wish.camera && wish.microphone ? "both" : wish.camera ? "camera" : "microphone";
    try {
      return [await this.#source.open({ audio, video }), null];
    } catch (error) {
      const { kind } = MediaError.from(error);
      if (concerned === "both" && !HOPELESS.has(kind)) {
        for (const [only, missing] of [
          ["microphone", "camera"],
          ["camera", "microphone"],
        ] as const) {
          // Who has just said no is not asked once more.
          if (kind === "denied" && !(await this.#source.isAllowed(only))) continue;
          const half = await this.#source
            .open({ audio: only === "microphone" && audio, video: only === "camera" && video })
            .catch(() => null);
          if (half) return [half, { kind, concerned: missing }];
        }
      }
      return [await this.#source.open({ audio: false, video: false }), { kind, concerned }];
    }
  }
}
