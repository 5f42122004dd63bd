/** The cameras, microphones and speakers there are. */

import { MediaError } from "./errors.js";

export type MediaKind = "audio" | "video";

export interface Device {
  /** For `LocalMedia.useDevice`, `LocalMedia.open` and `setSpeaker`. */
  id: string;
  /** A microphone, a camera, or a speaker. */
  kind: MediaKind | "speaker";
  /** Its name; empty until the person has allowed its kind once. */
  label: string;
}

const KINDS: Readonly<Record<MediaDeviceKind, Device["kind"]>> = {
  audioinput: "audio",
  videoinput: "video",
  audiooutput: "speaker",
};

const watchers = new Set<() => void>();

/** The devices as of now; those that the browser does not name yet are left out. */
export async function listDevices(): Promise<Device[]> {
  const all = (await navigator.mediaDevices?.enumerateDevices().catch(() => [])) ?? [];
  return all
    .filter(({ deviceId }) => deviceId !== "")
    .map(({ deviceId, kind, label }) => ({ id: deviceId, kind: KINDS[kind], label }));
}

/** Tell the devices now, at every change, and as their names can be known, until the function returned is called. */
export function watchDevices(listener: (devices: Device[]) => void): () => void {
  let watching = true;
  const tell = async () => {
    const devices = await listDevices();
    if (watching) listener(devices);
  };
  watchers.add(tell);
  navigator.mediaDevices?.addEventListener("devicechange", tell);
  void tell();
  return () => {
    watching = false;
    watchers.delete(tell);
    navigator.mediaDevices?.removeEventListener("devicechange", tell);
  };
}

/** The person has allowed devices, whose names can be known from now on; no browser says so. */
export function devicesAllowed(): void {
  for (const tell of watchers) tell();
}

/** Whether the browser can play on another speaker than the system's. */
export function canSetSpeaker(): boolean {
  return "setSinkId" in HTMLMediaElement.prototype;
}

/** Play an element's sound on this speaker. Rejects with `MediaError`. */
export async function setSpeaker(element: HTMLMediaElement, deviceId: string): Promise<void> {
  if (!canSetSpeaker()) throw new MediaError("unsupported", "This browser plays on the system's speaker.");
  await element.setSinkId(deviceId).catch((thrown: unknown) => {
    throw MediaError.from(thrown);
  });
}
