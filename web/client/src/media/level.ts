/** How loud a microphone is. */

export interface MicLevel {
  /** From 0 (silence, or muted) to 1, at this moment. */
  value(): number;
  close(): void;
}

const SAMPLES = 512;
/** What counts as silence. */
const DECIBELS_MIN = -60;

/** Measure the sound of a stream, whichever track it has at the moment. Close it: browsers allow few of them. */
export function micLevel(stream: MediaStream): MicLevel {
  const context = new AudioContext();
  const analyser = new AnalyserNode(context, { fftSize: SAMPLES });
  const samples = new Float32Array(SAMPLES);
  let measured: MediaStreamTrack | undefined;
  let source: MediaStreamAudioSourceNode | undefined;

  const listen = (track: MediaStreamTrack | undefined) => {
    source?.disconnect();
    source = track && new MediaStreamAudioSourceNode(context, { mediaStream: new MediaStream([track]) });
    source?.connect(analyser);
    measured = track;
  };

  return {
    value() {
      const [track] = stream.getAudioTracks();
      if (track !== measured) listen(track);
      if (!track) return 0;
      // Browsers suspend what was made before the person did anything.
      if (context.state === "suspended") context.resume().catch(() => {});
      analyser.getFloatTimeDomainData(samples);
      return loudness(samples);
    },
    close() {
      listen(undefined);
      context.close().catch(() => {});
    },
  };
}

/** From silence to the loudest there is, in even steps of decibels, as ears have it. */
export function loudness(samples: Float32Array): number {
  const power = samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length;
  if (power === 0) return 0;
  return Math.min(1, Math.max(0, 1 - (10 * Math.log10(power)) / DECIBELS_MIN));
}
