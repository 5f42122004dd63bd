/** A microphone or a camera that can be turned on and off, exchanged and lost. */

import { takeDevices, takePreferred } from "./capture.js";
import type { MediaKind } from "./devices.js";
import { MediaError } from "./errors.js";

export interface SourceNeeds {
  kind: MediaKind;
  /** Whether a track would be of any use at the moment. */
  isUsable(): boolean;
  changed(): void;
  /** It went off by itself. */
  ended(): void;
}

export class Source {
  readonly #needs: SourceNeeds;
  #on = false;
  #track: MediaStreamTrack | null = null;
  #deviceId: string | null = null;
  /** Devices are taken one after another: two questions at once confuse browsers and people. */
  #taking: Promise<unknown> = Promise.resolve();

  constructor(needs: SourceNeeds) {
    this.#needs = needs;
  }

  /** Whether it is to be heard or seen. */
  get on(): boolean {
    return this.#on;
  }

  get track(): MediaStreamTrack | null {
    return this.#track;
  }

  get deviceId(): string | null {
    return this.#deviceId;
  }

  /** Begin with a track that was taken already. */
  begin(track: MediaStreamTrack): void {
    this.#on = true;
    this.#use(track);
  }

  /** Take a device where it is turned on and has none. Rejects with `MediaError`; then it is off. */
  async turn(on: boolean): Promise<void> {
    this.#on = on;
    if (this.#track) this.#track.enabled = on;
    this.#needs.changed();
    if (this.#isMissing) await this.#after(() => this.#fill());
  }

  /** Take another device, or note it until it is turned on. Rejects with `MediaError`; then it is the old one. */
  exchange(deviceId: string): Promise<void> {
    return this.#after(async () => {
      if (this.#track) this.#use(await this.#takeInstead(deviceId));
      this.#deviceId = deviceId;
      this.#needs.changed();
    });
  }

  /** Let go of the device. */
  drop(): void {
    release(this.#track);
    this.#track = null;
  }

  get #isMissing(): boolean {
    return this.#on && !this.#track && this.#needs.isUsable();
  }

  async #fill(): Promise<void> {
    if (!this.#isMissing) return;
    try {
      this.#use(await this.#take(takePreferred, this.#deviceId));
    } catch (error) {
      this.#on = false;
      this.#needs.changed();
      throw error;
    }
  }

  /** Phones have one camera open at a time: where the new one is refused, let go of the old one first. */
  async #takeInstead(deviceId: string): Promise<MediaStreamTrack> {
    try {
      return await this.#take(takeDevices, deviceId);
    } catch (error) {
      if (!(error instanceof MediaError) || error.kind !== "in_use") throw error;
    }
    this.drop();
    try {
      return await this.#take(takeDevices, deviceId);
    } catch (error) {
      await this.#fill().catch(() => this.#needs.ended());
      throw error;
    }
  }

  async #take(take: typeof takeDevices, deviceId: string | null): Promise<MediaStreamTrack> {
    const [track] = await take({ [this.#needs.kind]: deviceId });
    if (!track) throw new MediaError("other", "The browser gave no track.");
    return track;
  }

  #use(track: MediaStreamTrack): void {
    // It may have been turned off while the device was taken. A microphone is kept for when it is turned on.
    if (!this.#needs.isUsable() || (this.#needs.kind === "video" && !this.#on)) {
      track.stop();
      return;
    }
    const before = this.#track;
    this.#track = track;
    this.#deviceId = track.getSettings().deviceId ?? this.#deviceId;
    track.enabled = this.#on;
    track.onended = () => void this.#lost();
    // The new one is sent before the old one stops, so that the picture does not freeze in between.
    this.#needs.changed();
    release(before);
  }

  /** The device is gone: another one takes its place. */
  async #lost(): Promise<void> {
    this.drop();
    this.#deviceId = null;
    this.#needs.changed();
    await this.#after(() => this.#fill()).catch(() => this.#needs.ended());
  }

  #after(action: () => Promise<void>): Promise<void> {
    const done = this.#taking.then(action);
    this.#taking = done.catch(() => {});
    return done;
  }
}

/** Let go of a track's device. */
export function release(track: MediaStreamTrack | null): void {
  if (!track) return;
  track.onended = null;
  track.stop();
}
