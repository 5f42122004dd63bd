/** Takes devices from the browser. */

import { devicesAllowed, listDevices, type MediaKind } from "./devices.js";
import { MediaError } from "./errors.js";

/** Of which kinds, and which devices; null for whichever the browser prefers. */
export type Choices = Partial<Record<MediaKind, string | null>>;

const AUDIO: MediaTrackConstraints = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };
const VIDEO: MediaTrackConstraints = { width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 30 } };

/** Take exactly these devices, with one question to the person. Rejects with `MediaError`. */
export async function takeDevices({ audio, video }: Choices): Promise<MediaStreamTrack[]> {
  const constraints: MediaStreamConstraints = {
    ...(audio !== undefined && { audio: { ...AUDIO, ...chosen(audio) } }),
    ...(video !== undefined && { video: { ...VIDEO, ...(chosen(video) ?? { facingMode: { ideal: "user" } }) } }),
  };
  const stream = await ask((devices) => devices.getUserMedia(constraints));
  devicesAllowed();
  return stream.getTracks();
}

/** Take these devices, or others where they are not there. Rejects with `MediaError`. */
export async function takePreferred(choices: Choices): Promise<MediaStreamTrack[]> {
  try {
    return await takeDevices(choices);
  } catch (error) {
    const kinds = Object.entries(choices);
    const isGone = error instanceof MediaError && error.kind === "no_device";
    if (!isGone || kinds.every(([, deviceId]) => deviceId === null)) throw error;
    // A camera that was chosen is not given up because the microphone is gone.
    const there = (await listDevices()).map(({ id }) => id);
    const ifThere = (deviceId: string | null) => (deviceId !== null && there.includes(deviceId) ? deviceId : null);
    return takeDevices(Object.fromEntries(kinds.map(([kind, deviceId]) => [kind, ifThere(deviceId)])));
  }
}

/** Have the person choose a screen, a window or a tab. Rejects with `MediaError`. */
export async function takeScreen(): Promise<MediaStreamTrack> {
  const stream = await ask((devices) => devices.getDisplayMedia({ video: { frameRate: { ideal: 15, max: 30 } } }));
  const [track, ...rest] = stream.getVideoTracks();
  for (const other of rest) other.stop();
  if (!track) throw new MediaError("other", "The browser gave no picture.");
  // Text must stay readable; movement may stutter.
  track.contentHint = "detail";
  return track;
}

async function ask(question: (devices: MediaDevices) => Promise<MediaStream>): Promise<MediaStream> {
  if (!isSecureContext)
    throw new MediaError("insecure_context", "Browsers give devices to pages over https or on localhost only.");
  if (!navigator.mediaDevices) throw new MediaError("unsupported", "This browser gives no devices to pages.");
  try {
    return await question(navigator.mediaDevices);
  } catch (thrown) {
    // Without `getDisplayMedia`, as on phones.
    throw thrown instanceof TypeError
      ? new MediaError("unsupported", thrown.message, { cause: thrown })
      : MediaError.from(thrown);
  }
}

/** Exactly: one that is only preferred may lose against another whose picture fits better. */
function chosen(deviceId: string | null): MediaTrackConstraints | null {
  return deviceId === null ? null : { deviceId: { exact: deviceId } };
}
