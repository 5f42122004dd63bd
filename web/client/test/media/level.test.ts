import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { loudness, micLevel } from "../../src/media/level.js";
import { FakeStream, FakeTrack, stubMedia } from "../fakes/media.js";

/** Which track each source listens to; the loudness is that of the track. */
let connected: FakeTrack[] = [];
let context = { state: "suspended", resumed: 0, closed: false };
let amplitude = 0;

beforeEach(() => {
  stubMedia();
  [connected, context, amplitude] = [[], { state: "suspended", resumed: 0, closed: false }, 0];
  class Context {
    state = context.state;

    async resume(): Promise<void> {
      this.state = "running";
      context.resumed += 1;
    }

    async close(): Promise<void> {
      context.closed = true;
    }
  }
  class Analyser {
    getFloatTimeDomainData(samples: Float32Array): void {
      samples.fill(connected.some(({ enabled }) => enabled) ? amplitude : 0);
    }
  }
  class Source {
    readonly #track: FakeTrack | undefined;

    constructor(_: unknown, { mediaStream }: { mediaStream: FakeStream }) {
      this.#track = mediaStream.getTracks()[0];
    }

    connect(): void {
      if (this.#track) connected.push(this.#track);
    }

    disconnect(): void {
      connected = connected.filter((track) => track !== this.#track);
    }
  }
  vi.stubGlobal("AudioContext", Context);
  vi.stubGlobal("AnalyserNode", Analyser);
  vi.stubGlobal("MediaStreamAudioSourceNode", Source);
});

afterEach(() => {
  vi.unstubAllGlobals();
});

test("the level follows the sound, and the track that is in the stream", () => {
  const [one, other] = [new FakeTrack("audio"), new FakeTrack("audio")];
  const stream = new FakeStream([one]);
  const level = micLevel(stream as unknown as MediaStream);
  amplitude = 1;
  expect([level.value(), level.value(), connected]).toEqual([1, 1, [one]]);
  one.enabled = false;
  expect(level.value()).toBe(0);
  stream.removeTrack(one);
  stream.addTrack(other);
  expect([level.value(), connected]).toEqual([1, [other]]);
  stream.removeTrack(other);
  expect([level.value(), connected]).toEqual([0, []]);
});

test("what the browser suspended goes on, and closing lets go of it", () => {
  const track = new FakeTrack("audio");
  const level = micLevel(new FakeStream([track]) as unknown as MediaStream);
  level.value();
  level.value();
  expect(context.resumed).toBe(1);
  level.close();
  expect([connected, context.closed]).toEqual([[], true]);
});

test("loudness goes from silence to one, in even steps of decibels", () => {
  const of = (amplitude: number) => loudness(new Float32Array(8).fill(amplitude));
  expect([of(0), of(0.0001), of(1), of(2)]).toEqual([0, 0, 1, 1]);
  expect(of(0.1)).toBeCloseTo(2 / 3);
  expect(of(0.01)).toBeCloseTo(1 / 3);
});
