/** Cameras, microphones and screens that a test plugs in, takes away and refuses. */

import { vi } from "vitest";

export class FakeTrack {
  enabled = true;
  muted = false;
  contentHint = "";
  readyState: "live" | "ended" = "live";
  onended: (() => void) | null = null;
  onmute: (() => void) | null = null;
  onunmute: (() => void) | null = null;
  readonly kind: "audio" | "video";
  readonly deviceId: string | undefined;

  constructor(kind: "audio" | "video", deviceId?: string) {
    this.kind = kind;
    this.deviceId = deviceId;
  }

  getSettings(): { deviceId?: string } {
    return this.deviceId === undefined ? {} : { deviceId: this.deviceId };
  }

  stop(): void {
    this.readyState = "ended";
  }

  /** The device is unplugged, or the browser's own button ends it. */
  vanish(): void {
    this.stop();
    this.onended?.();
  }

  /** Something arrives. */
  arrive(): void {
    this.muted = false;
    this.onunmute?.();
  }
}

export class FakeStream {
  #tracks: FakeTrack[];

  constructor(tracks: FakeTrack[] = []) {
    this.#tracks = [...tracks];
  }

  getTracks(): FakeTrack[] {
    return [...this.#tracks];
  }

  getAudioTracks(): FakeTrack[] {
    return this.#tracks.filter(({ kind }) => kind === "audio");
  }

  getVideoTracks(): FakeTrack[] {
    return this.#tracks.filter(({ kind }) => kind === "video");
  }

  addTrack(track: FakeTrack): void {
    if (!this.#tracks.includes(track)) this.#tracks.push(track);
  }

  removeTrack(track: FakeTrack): void {
    this.#tracks = this.#tracks.filter((each) => each !== track);
  }
}

interface Asked {
  audio?: { deviceId?: { exact?: string; ideal?: string } };
  video?: { deviceId?: { exact?: string; ideal?: string } };
}

/** `navigator.mediaDevices`, and what it gave away. */
export class FakeDevices extends EventTarget {
  audio = ["mic-1", "mic-2"];
  video = ["cam-1", "cam-2"];
  labelled = false;
  /** What the next questions are refused with. */
  refusals: (Error | null)[] = [];
  readonly asked: Asked[] = [];
  readonly given: FakeTrack[] = [];
  readonly screens: FakeTrack[] = [];
  /** As on phones: a camera is refused while another one is open. */
  oneCamera = false;
  /** Answers wait for this. */
  gate: Promise<unknown> = Promise.resolve();

  async getUserMedia(asked: Asked): Promise<FakeStream> {
    this.asked.push(asked);
    const refusal = this.refusals.shift();
    await this.gate;
    if (refusal) throw refusal;
    if (asked.video && this.oneCamera && this.live.some((deviceId) => deviceId?.startsWith("cam")))
      throw new DOMException("busy", "NotReadableError");
    const tracks = (["audio", "video"] as const).flatMap((kind) =>
      asked[kind] ? [this.#choose(kind, asked[kind])] : [],
    );
    this.given.push(...tracks);
    this.labelled = true;
    return new FakeStream(tracks);
  }

  async getDisplayMedia(): Promise<FakeStream> {
    const refusal = this.refusals.shift();
    if (refusal) throw refusal;
    const track = new FakeTrack("video");
    this.screens.push(track);
    return new FakeStream([track]);
  }

  async enumerateDevices(): Promise<{ deviceId: string; kind: string; label: string }[]> {
    const named = (kind: string, ids: string[]) =>
      this.labelled
        ? ids.map((deviceId) => ({ deviceId, kind, label: `The ${deviceId}` }))
        : [{ deviceId: "", kind, label: "" }];
    return [
      ...named("audioinput", this.audio),
      ...named("videoinput", this.video),
      ...named("audiooutput", ["speaker-1"]),
    ];
  }

  /** Those that are in use, with their lights on. */
  get live(): (string | undefined)[] {
    return this.given.filter(({ readyState }) => readyState === "live").map(({ deviceId }) => deviceId);
  }

  #choose(kind: "audio" | "video", { deviceId }: { deviceId?: { exact?: string; ideal?: string } }): FakeTrack {
    const there = this[kind];
    const { exact, ideal } = deviceId ?? {};
    if (exact !== undefined && !there.includes(exact)) throw new DOMException("no", "OverconstrainedError");
    const chosen = exact ?? (ideal !== undefined && there.includes(ideal) ? ideal : there[0]);
    if (chosen === undefined) throw new DOMException("no", "NotFoundError");
    return new FakeTrack(kind, chosen);
  }
}

/** A secure page of a browser with these devices. */
export function stubMedia(devices = new FakeDevices()): FakeDevices {
  vi.stubGlobal("isSecureContext", true);
  vi.stubGlobal("navigator", { mediaDevices: devices });
  vi.stubGlobal("MediaStream", FakeStream);
  return devices;
}
