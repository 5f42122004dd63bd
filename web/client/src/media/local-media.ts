/** What this device sends: microphone, camera, screen. */

import { Emitter } from "../emitter.js";
import { takePreferred, takeScreen } from "./capture.js";
import type { MediaKind } from "./devices.js";
import { release, Source } from "./source.js";

/** True: whichever device the browser prefers; named: that one, if it is there; false: none. */
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
 * lets it go, so that its light goes out; turning it on takes the same one again. So does sharing the screen.
 */
export class LocalMedia extends Emitter<LocalMediaEvents> {
  /** What is sent: at most one track of sound and one of the camera or the screen. Always the same object. */
  readonly stream = new MediaStream();
  readonly #audio = this.#source("audio", () => !this.#closed);
  readonly #video = this.#source("video", () => !this.#closed && !this.#screen);
  #screen: MediaStreamTrack | null = null;
  #closed = false;

  private constructor() {
    super();
  }

  /** Ask for devices; nothing wanted asks nobody, and only receives. Rejects with `MediaError`. */
  static async open(
    wanted: { audio?: Wanted; video?: Wanted } = { audio: true, video: true },
  ): Promise<LocalMedia> {
    const media = new LocalMedia();
    const { audio = false, video = false } = wanted;
    if (!audio && !video) return media;
    const tracks = await takePreferred({
      ...(audio && { audio: choiceOf(audio) }),
      ...(video && { video: choiceOf(video) }),
    });
    for (const track of tracks) (track.kind === "audio" ? media.#audio : media.#video).begin(track);
    return media;
  }

  get audioOn(): boolean {
    return this.#audio.on;
  }

  /** Whether the camera is on; while the screen is shared, whether it comes back afterwards. */
  get videoOn(): boolean {
    return this.#video.on;
  }

  get screenOn(): boolean {
    return this.#screen !== null;
  }

  /** The microphone in use, or the one that will be; null for whichever the browser prefers. */
  get audioDeviceId(): string | null {
    return this.#audio.deviceId;
  }

  get videoDeviceId(): string | null {
    return this.#video.deviceId;
  }

  /** The track that is sent; null for none. */
  track(kind: MediaKind): MediaStreamTrack | null {
    return kind === "audio" ? this.#audio.track : (this.#screen ?? this.#video.track);
  }

  /** Speak or be silent. Rejects with `MediaError` where there is no microphone yet and none can be had. */
  setAudioOn(on: boolean): Promise<void> {
    return this.#audio.turn(on);
  }

  /** Turn the camera on or off. Rejects with `MediaError`; then it is off. */
  setVideoOn(on: boolean): Promise<void> {
    if (!on) this.#video.drop();
    return this.#video.turn(on);
  }

  /** Use another microphone or camera, now or when it is turned on. Rejects with `MediaError`; then it is the old one. */
  useDevice(kind: MediaKind, deviceId: string): Promise<void> {
    return (kind === "audio" ? this.#audio : this.#video).exchange(deviceId);
  }

  /** Show the screen in place of the camera. Rejects with `MediaError`; `denied` where the person chose none. */
  async startScreen(): Promise<void> {
    // At once: browsers want it to follow directly from a click.
    const track = await takeScreen();
    this.#dropScreen();
    if (this.#closed) {
      track.stop();
      return;
    }
    this.#video.drop();
    this.#screen = track;
    track.onended = () => void this.stopScreen().catch(() => this.#ended("video"));
    this.#changed();
  }

  /** Show the camera again, if it is on; the browser's own button does the same. Rejects with `MediaError`. */
  async stopScreen(): Promise<void> {
    if (!this.#screen) return;
    this.#dropScreen();
    await this.#video.turn(this.#video.on);
  }

  /** Let go of every device. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#audio.drop();
    this.#video.drop();
    this.#dropScreen();
    this.#changed();
  }

  #source(kind: MediaKind, isUsable: () => boolean): Source {
    return new Source({ kind, isUsable, changed: () => this.#changed(), ended: () => this.#ended(kind) });
  }

  #dropScreen(): void {
    release(this.#screen);
    this.#screen = null;
  }

  #ended(kind: MediaKind): void {
    if (!this.#closed) this.emit("ended", { kind });
  }

  #changed(): void {
    const tracks = [this.track("audio"), this.track("video")].filter((track) => track !== null);
    for (const track of this.stream.getTracks()) if (!tracks.includes(track)) this.stream.removeTrack(track);
    for (const track of tracks) this.stream.addTrack(track);
    this.emit("changed");
  }
}

function choiceOf(wanted: true | { deviceId: string }): string | null {
  return wanted === true ? null : wanted.deviceId;
}
