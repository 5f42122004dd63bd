/** Takes devices from the browser. */

import { devicesAllowed, type MediaKind } from "./devices.js";
import { MediaError } from "./errors.js";

/** Which device: the one named; the one named if it is there; any. */
export type Choice = { exact: string } | { ideal: string } | null;

const AUDIO: MediaTrackConstraints = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };
const VIDEO: MediaTrackConstraints = { width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 30 } };

/** Take a microphone, a camera, or both with one question to the person. Rejects with `MediaError`. */
export async function takeDevices(choices: Partial<Record<MediaKind, Choice>>): Promise<MediaStreamTrack[]> {
  const { audio, video } = choices;
  const stream = await ask((devices) =>
    devices.getUserMedia({
      ...(audio !== undefined && { audio: { ...AUDIO, ...(audio && { deviceId: audio }) } }),
      ...(video !== undefined && {
        video: { ...VIDEO, ...(video ? { deviceId: video } : { facingMode: { ideal: "user" } }) },
      }),
    }),
  );
  devicesAllowed();
  return stream.getTracks();
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
