import { useSignal } from "@preact/signals";
import { type LocalMedia, MediaError, type MediaKind } from "@talktime/client";
import { useMemo } from "preact/hooks";
import type { Concerned } from "../texts/en/calling.js";
import type { MediaProblem } from "./own-media.js";

/** What a person switches in a call. Each resolves whatever happens: what went wrong is `problem`. */
export interface Toggles {
  readonly problem: MediaProblem | null;
  microphone(): Promise<void>;
  camera(): Promise<void>;
  screen(): Promise<void>;
  use(kind: MediaKind, deviceId: string): Promise<void>;
  /** Try again what failed. */
  retry(): Promise<void>;
}

export function canShareScreen(): boolean {
  return "mediaDevices" in navigator && "getDisplayMedia" in navigator.mediaDevices;
}

export function useToggles(media: LocalMedia | null): Toggles {
  const failed = useSignal<{ problem: MediaProblem; again: () => Promise<void> } | null>(null);
  const toggles = useMemo(() => {
    const attempt = async (concerned: Concerned, action: () => Promise<void>): Promise<void> => {
      failed.value = null;
      try {
        await action();
      } catch (error) {
        const { kind } = MediaError.from(error);
        // Who closes the browser's list of screens has chosen none, and needs no telling.
        if (concerned === "screen" && kind === "denied") return;
        failed.value = { problem: { kind, concerned }, again: () => attempt(concerned, action) };
      }
    };
    return {
      microphone: async () => media && attempt("microphone", () => media.setAudioOn(!media.audioOn)),
      camera: async () => media && attempt("camera", () => media.setVideoOn(!media.videoOn)),
      screen: async () =>
        media && attempt("screen", () => (media.screenOn ? media.stopScreen() : media.startScreen())),
      use: async (kind: MediaKind, id: string) =>
        media && attempt(kind === "audio" ? "microphone" : "camera", () => media.useDevice(kind, id)),
      retry: async () => failed.peek()?.again(),
    };
  }, [media]);
  return { ...toggles, problem: failed.value?.problem ?? null } as Toggles;
}
