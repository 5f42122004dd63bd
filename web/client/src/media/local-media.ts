/** What this device sends: microphone, camera, screen. */

import { Emitter } from "../emitter.js";
import type { MediaKind } from "./devices.js";

/** True: whichever device the browser prefers; false: none. */
export type Wanted = boolean | { deviceId: string };

export interface LocalMediaEvents {
  /** Anything that can be read has changed. */
  changed: undefined;
  /** A device is gone (unplugged, taken away), and no other one could take its place: it is off now. */
  ended: { kind: MediaKind };
}

/**
 * Opened once, shown as a preview, then given to a call, which closes it at its end.
 *
 * Muting the microphone keeps it and sends silence, so that speaking again takes no time. Turning the camera off
 * lets it go, so that its light goes out; turning it on takes the same one again.
 */
export class LocalMedia extends Emitter<LocalMediaEvents> {
  /** Ask for devices; nothing wanted asks nobody, and only receives. Rejects with `MediaError`. */
  static async open(
    _wanted: { audio?: Wanted; video?: Wanted } = { audio: true, video: true },
  ): Promise<LocalMedia> {
    throw new Error("not yet");
  }

  /** What is sent: at most one track of sound and one of the camera or the screen. Always the same object. */
  get stream(): MediaStream {
    throw new Error("not yet");
  }

  get audioOn(): boolean {
    throw new Error("not yet");
  }

  /** Whether the camera is on; while the screen is shared, whether it comes back afterwards. */
  get videoOn(): boolean {
    throw new Error("not yet");
  }

  get screenOn(): boolean {
    throw new Error("not yet");
  }

  /** The microphone in use, or the one that will be; null for whichever the browser prefers. */
  get audioDeviceId(): string | null {
    throw new Error("not yet");
  }

  get videoDeviceId(): string | null {
    throw new Error("not yet");
  }

  /** Speak or be silent. Rejects with `MediaError` where there is no microphone yet and none can be had. */
  async setAudioOn(_on: boolean): Promise<void> {
    throw new Error("not yet");
  }

  /** Turn the camera on or off. Rejects with `MediaError`. */
  async setVideoOn(_on: boolean): Promise<void> {
    throw new Error("not yet");
  }

  /** Use another microphone or camera, now or when it is turned on. Rejects with `MediaError`; then nothing has changed. */
  async useDevice(_kind: MediaKind, _deviceId: string): Promise<void> {
    throw new Error("not yet");
  }

  /** Show the screen in place of the camera. Rejects with `MediaError`; `denied` where the person chose none. */
  async startScreen(): Promise<void> {
    throw new Error("not yet");
  }

  /** Show the camera again, if it is on. The browser's own button does the same. */
  async stopScreen(): Promise<void> {
    throw new Error("not yet");
  }

  /** Let go of every device. */
  close(): void {
    throw new Error("not yet");
  }
}
