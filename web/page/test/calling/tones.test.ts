import { describe, expect, test } from "vitest";
import { FAREWELL, RING, RING_BACK, samplesOf, WARNING } from "../../src/calling/tones.js";

const RATE = 8_000;

describe.each(Object.entries({ RING, RING_BACK, FAREWELL, WARNING }))("%s", (_name, tone) => {
  const samples = samplesOf(tone, RATE);

  test("lasts one round", () => {
    expect(samples.length).toBe(Math.ceil((tone.roundMs / 1_000) * RATE));
  });

  test("can be heard, and is nowhere too loud", () => {
    const loudest = samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
    expect(loudest).toBeGreaterThan(0.05);
    expect(loudest).toBeLessThan(1);
  });

  test("begins and ends in silence, so that rounds join without a click", () => {
    expect(samples[0]).toBe(0);
    expect(Math.abs(samples.at(-1) ?? 1)).toBeLessThan(0.01);
  });
});

test("the ring-back sounds for one second and is silent for the rest of its round", () => {
  const samples = samplesOf(RING_BACK, RATE);
  expect(samples.slice(RATE / 4, RATE / 2).some((sample) => sample !== 0)).toBe(true);
  expect(samples.slice(RATE).every((sample) => sample === 0)).toBe(true);
});
