import { samplesOf, type Tone } from "./tones.js";

/** Short enough for "at once", long enough not to click. */
const FADE_SECONDS = 0.015;
const GESTURES = ["pointerdown", "keydown"] as const;

export interface Sound {
  /** Resolves once the browser lets the page be heard, which may take until somebody touches it. */
  audible: Promise<void>;
  unmute(): void;
  stop(): void;
}

interface Options {
  once?: boolean;
  muted?: boolean;
}

/** Play a tone round after round until it is stopped, or once. A machine without sound plays nothing. */
export function play(tone: Tone, { once = false, muted = false }: Options = {}): Sound {
  let context: AudioContext;
  try {
    context = new AudioContext();
  } catch {
    return { audible: new Promise(() => {}), unmute: () => {}, stop: () => {} };
  }
  const samples = samplesOf(tone, context.sampleRate);
  const buffer = context.createBuffer(1, samples.length, context.sampleRate);
  buffer.copyToChannel(samples, 0);
  const source = new AudioBufferSourceNode(context, { buffer, loop: !once });
  const gain = new GainNode(context, { gain: muted ? 0 : 1 });
  source.connect(gain).connect(context.destination);
  source.start();

  const wake = () => void context.resume().catch(() => {});
  for (const gesture of GESTURES) addEventListener(gesture, wake, { capture: true });
  wake();
  const close = () => {
    for (const gesture of GESTURES) removeEventListener(gesture, wake, { capture: true });
    if (context.state !== "closed") void context.close();
  };
  source.addEventListener("ended", close);

  return {
    audible: running(context),
    unmute() {
      gain.gain.value = 1;
    },
    stop() {
      // A sleeping context never ends its sources.
      if (context.state !== "running") return close();
      gain.gain.setTargetAtTime(0, context.currentTime, FADE_SECONDS / 3);
      source.stop(context.currentTime + FADE_SECONDS);
    },
  };
}

function running(context: AudioContext): Promise<void> {
  return new Promise((resolve) => {
    const heard = () => context.state === "running" && resolve();
    context.addEventListener("statechange", heard);
    heard();
  });
}
