import { type LocalMedia, MediaError, type MediaErrorKind, type MediaKind } from "@talktime/client";
import { expect, test } from "vitest";
import { Toggles } from "../../src/calling/toggles.js";

/** Media of a call, some of which may refuse. */
class FakeMedia {
  audioOn = true;
  videoOn = true;
  screenOn = false;
  refusal: MediaErrorKind | null = null;
  #tell: (event: { kind: MediaKind }) => void = () => {};

  async setAudioOn(on: boolean): Promise<void> {
    this.#mayRefuse();
    this.audioOn = on;
  }

  async setVideoOn(on: boolean): Promise<void> {
    this.#mayRefuse();
    this.videoOn = on;
  }

  async startScreen(): Promise<void> {
    this.#mayRefuse();
    this.screenOn = true;
  }

  async stopScreen(): Promise<void> {
    this.screenOn = false;
  }

  async useDevice(_kind: MediaKind, _id: string): Promise<void> {
    this.#mayRefuse();
  }

  on(_name: "ended", listener: (event: { kind: MediaKind }) => void): () => void {
    this.#tell = listener;
    return () => {
      this.#tell = () => {};
    };
  }

  lose(kind: MediaKind): void {
    this.#tell({ kind });
  }

  #mayRefuse(): void {
    if (this.refusal) throw new MediaError(this.refusal, "not to be had");
  }
}

function toggling(): [FakeMedia, Toggles] {
  const media = new FakeMedia();
  return [media, new Toggles(media as unknown as LocalMedia)];
}

test("H2: each switch turns what it names, there and back", async () => {
  const [media, toggles] = toggling();
  await toggles.microphone();
  await toggles.camera();
  await toggles.screen();
  expect([media.audioOn, media.videoOn, media.screenOn]).toEqual([false, false, true]);
  await toggles.microphone();
  await toggles.camera();
  await toggles.screen();
  expect([media.audioOn, media.videoOn, media.screenOn]).toEqual([true, true, false]);
});

test("H2: what fails is said, and trying again does the same thing", async () => {
  const [media, toggles] = toggling();
  media.videoOn = false;
  media.refusal = "in_use";
  await toggles.camera();
  expect(toggles.problem.value).toEqual({ kind: "in_use", concerned: "camera" });
  media.refusal = null;
  await toggles.retry();
  expect(toggles.problem.value).toBeNull();
  expect(media.videoOn).toBe(true);
});

test("who chooses no screen is told nothing", async () => {
  const [media, toggles] = toggling();
  media.refusal = "denied";
  await toggles.screen();
  expect(toggles.problem.value).toBeNull();
});

test("a device that cannot be used names its kind", async () => {
  const [media, toggles] = toggling();
  media.refusal = "no_device";
  await toggles.use("audio", "gone");
  expect(toggles.problem.value).toEqual({ kind: "no_device", concerned: "microphone" });
});

test("a camera that is unplugged is said, until nobody watches any more", () => {
  const [media, toggles] = toggling();
  const off = toggles.watch();
  media.lose("video");
  expect(toggles.problem.value).toEqual({ kind: "no_device", concerned: "camera" });
  toggles.problem.value = null;
  off?.();
  media.lose("video");
  expect(toggles.problem.value).toBeNull();
});

test("a call without media has nothing to switch", async () => {
  const toggles = new Toggles(null);
  await toggles.microphone();
  expect(toggles.problem.value).toBeNull();
});
