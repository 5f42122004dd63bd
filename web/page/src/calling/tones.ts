/** The sounds of a call, as samples: made here, so that no file has to be loaded before something can ring. */
export interface Note {
  hz: number;
  atMs: number;
  forMs: number;
  /** From 0 to 1. */
  loud: number;
}

export interface Tone {
  notes: readonly Note[];
  /** How long one round takes, its silence included. */
  roundMs: number;
}

const ATTACK_MS = 8;
const RELEASE_MS = 60;

/** What the callee hears: four rising notes, like a small marimba. */
export const RING: Tone = {
  roundMs: 2_600,
  notes: [
    { hz: 659.26, atMs: 0, forMs: 260, loud: 0.4 },
    { hz: 783.99, atMs: 180, forMs: 260, loud: 0.4 },
    { hz: 1046.5, atMs: 360, forMs: 420, loud: 0.45 },
    { hz: 783.99, atMs: 620, forMs: 260, loud: 0.35 },
    { hz: 1046.5, atMs: 800, forMs: 600, loud: 0.45 },
  ],
};

/** What the caller hears while it rings: one soft second in five, as telephones do (ITU-T E.180). */
export const RING_BACK: Tone = { roundMs: 5_000, notes: [{ hz: 425, atMs: 0, forMs: 1_000, loud: 0.12 }] };

/** It is over. */
export const FAREWELL: Tone = {
  roundMs: 420,
  notes: [
    { hz: 523.25, atMs: 0, forMs: 160, loud: 0.2 },
    { hz: 392, atMs: 150, forMs: 250, loud: 0.2 },
  ],
};

/** Money runs out. */
export const WARNING: Tone = {
  roundMs: 520,
  notes: [
    { hz: 880, atMs: 0, forMs: 160, loud: 0.22 },
    { hz: 880, atMs: 260, forMs: 240, loud: 0.22 },
  ],
};

/** Return one round of a tone, from -1 to 1, at so many samples a second. */
export function samplesOf(tone: Tone, rate: number): Float32Array<ArrayBuffer> {
  const samples = new Float32Array(Math.ceil((tone.roundMs / 1_000) * rate));
  for (const { hz, atMs, forMs, loud } of tone.notes) {
    const first = Math.floor((atMs / 1_000) * rate);
    const count = Math.floor((forMs / 1_000) * rate);
    for (let index = 0; index < count && first + index < samples.length; index += 1) {
      const wave = Math.sin((2 * Math.PI * hz * index) / rate);
      const sum = (samples[first + index] ?? 0) + wave * loud * envelope((index / rate) * 1_000, forMs);
      samples[first + index] = Math.max(-1, Math.min(1, sum));
    }
  }
  return samples;
}

/** Rise and fall without a click. */
function envelope(atMs: number, forMs: number): number {
  return Math.min(1, atMs / ATTACK_MS, (forMs - atMs) / RELEASE_MS);
}
