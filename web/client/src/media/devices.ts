/** The cameras, microphones and speakers there are. */

export type MediaKind = "audio" | "video";

export interface Device {
  /** For `LocalMedia.useDevice`, `LocalMedia.open` and `setSpeaker`. */
  id: string;
  /** A microphone, a camera, or a speaker. */
  kind: MediaKind | "speaker";
  /** Its name; empty until the person has allowed its kind once. */
  label: string;
}

/** The devices as of now; empty where the page may not use any. */
export async function listDevices(): Promise<Device[]> {
  throw new Error("not yet");
}

/** Tell the devices now and at every change, until the function returned is called. */
export function watchDevices(_listener: (devices: Device[]) => void): () => void {
  throw new Error("not yet");
}

/** Whether the browser can play on another speaker than the system's. */
export function canSetSpeaker(): boolean {
  return "setSinkId" in HTMLMediaElement.prototype;
}

/** Play an element's sound on this speaker. Rejects with `MediaError`. */
export async function setSpeaker(_element: HTMLMediaElement, _deviceId: string): Promise<void> {
  throw new Error("not yet");
}
