/** How loud a microphone is. */

export interface MicLevel {
  /** From 0 (silence, or muted) to 1, at this moment. */
  value(): number;
  close(): void;
}

/** Measure the sound of a stream, whichever track it has at the moment. */
export function micLevel(_stream: MediaStream): MicLevel {
  throw new Error("not yet");
}
