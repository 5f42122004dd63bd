/** What a person switches in a call. Nothing here rejects: what went wrong is `problem`. */
import { signal } from "@preact/signals";
import { type LocalMedia, MediaError, type MediaKind } from "@talktime/client";
import { useEffect, useMemo } from "preact/hooks";
import type { Concerned } from "../texts/en/calling.js";
import type { MediaProblem } from "./own-media.js";
import { useChanges } from "./use-changes.js";

const CONCERNED = { audio: "microphone", video: "camera" } as const;

export class Toggles {
  readonly problem = signal<MediaProblem | null>(null);
  readonly #media: LocalMedia | null;
  #failed: () => Promise<void> = async () => {};

  constructor(media: LocalMedia | null) {
    this.#media = media;
  }

  microphone(): Promise<void> {
    return this.#attempt("microphone", (media) => media.setAudioOn(!media.audioOn));
  }

  camera(): Promise<void> {
    return this.#attempt("camera", (media) => media.setVideoOn(!media.videoOn));
  }

  screen(): Promise<void> {
    return this.#attempt("screen", (media) => (media.screenOn ? media.stopScreen() : media.startScreen()));
  }

  use(kind: MediaKind, deviceId: string): Promise<void> {
    return this.#attempt(CONCERNED[kind], (media) => media.useDevice(kind, deviceId));
  }

  /** Try again what failed. */
  retry(): Promise<void> {
    return this.#failed();
  }

  /** Say that a device was unplugged, or taken away, until the function returned is called. */
  watch(): (() => void) | undefined {
    return this.#media?.on("ended", ({ kind }) => {
      this.#fail(CONCERNED[kind], "no_device", (media) =>
        kind === "audio" ? media.setAudioOn(true) : media.setVideoOn(true),
      );
    });
  }

  async #attempt(concerned: Concerned, action: (media: LocalMedia) => Promise<void>): Promise<void> {
    if (!this.#media) return;
    this.problem.value = null;
    try {
      await action(this.#media);
    } catch (error) {
      const { kind } = MediaError.from(error);
      // Who closes the browser's list of screens has chosen none, and needs no telling.
      if (concerned !== "screen" || kind !== "denied") this.#fail(concerned, kind, action);
    }
  }

  #fail(concerned: Concerned, kind: MediaProblem["kind"], action: (media: LocalMedia) => Promise<void>): void {
    this.problem.value = { concerned, kind };
    this.#failed = () => this.#attempt(concerned, action);
  }
}

/** Switches of a call's media; what they do renders again. */
export function useToggles(media: LocalMedia | null): Toggles {
  const toggles = useMemo(() => new Toggles(media), [media]);
  useEffect(() => toggles.watch(), [toggles]);
  useChanges(media);
  return toggles;
}

export function canShareScreen(): boolean {
  return "mediaDevices" in navigator && "getDisplayMedia" in navigator.mediaDevices;
}
