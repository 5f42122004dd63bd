import { describe, expect, test } from "vitest";
import type { Quality } from "../../src/calls/states.js";
import { readMediaState } from "../../src/peer/media-state.js";
import { type Expected, qualityOf, worseOf } from "../../src/peer/quality.js";
import { type Sample, sampleOf } from "../../src/peer/stats.js";

const SPAN_MS = 2_000;
const NOTHING: Sample = {
  packetsReceived: 0,
  packetsLost: 0,
  framesDecoded: 0,
  frozenSeconds: 0,
  lossOut: 0,
  roundTripMs: null,
};
const FINE: Sample = { ...NOTHING, packetsReceived: 200, framesDecoded: 60, roundTripMs: 20 };
const BOTH: Expected = { isConnected: true, audio: true, video: true };

function quality(changes: Partial<Sample>, expected: Partial<Expected> = {}): Quality {
  return qualityOf(NOTHING, { ...FINE, ...changes }, SPAN_MS, { ...BOTH, ...expected });
}

test.each([
  [{}, "good"],
  [{ roundTripMs: null }, "good"],
  [{ roundTripMs: 350 }, "fair"],
  [{ roundTripMs: 700 }, "poor"],
  [{ packetsLost: 10 }, "fair"],
  [{ packetsLost: 40 }, "poor"],
  [{ packetsLost: -5 }, "good"],
  [{ lossOut: 0.05 }, "fair"],
  [{ lossOut: 0.2 }, "poor"],
  [{ frozenSeconds: 0.4 }, "fair"],
  [{ frozenSeconds: 1 }, "poor"],
  [{ framesDecoded: 0 }, "poor"],
  [{ packetsReceived: 0 }, "lost"],
] as const)("%j is %s", (changes, expected) => {
  expect(quality(changes)).toBe(expected);
});

describe("what is not sent is not missed", () => {
  test("a camera that is off, or a screen that stands still", () => {
    expect(quality({ framesDecoded: 0, frozenSeconds: 1 }, { video: false })).toBe("good");
  });

  test("a side that sends nothing at all", () => {
    expect(quality({ packetsReceived: 0, framesDecoded: 0 }, { audio: false, video: false })).toBe("good");
    expect(quality({}, { isConnected: false })).toBe("lost");
  });
});

test("the worse of two counts", () => {
  expect([worseOf("good", "poor"), worseOf("lost", "fair"), worseOf("good", "good")]).toEqual([
    "poor",
    "lost",
    "good",
  ]);
});

describe("statistics", () => {
  const rtp = [
    { type: "inbound-rtp", kind: "audio", packetsReceived: 100, packetsLost: 2 },
    {
      type: "inbound-rtp",
      kind: "video",
      packetsReceived: 50,
      packetsLost: 1,
      framesDecoded: 30,
      totalFreezesDuration: 0.5,
    },
    { type: "remote-inbound-rtp", fractionLost: 0.1 },
    { type: "remote-inbound-rtp", fractionLost: 0.04 },
  ];

  test("are summed up over both kinds", () => {
    expect(sampleOf(report(rtp))).toEqual({
      packetsReceived: 150,
      packetsLost: 3,
      framesDecoded: 30,
      frozenSeconds: 0.5,
      lossOut: 0.1,
      roundTripMs: null,
    });
    expect(sampleOf(report([]))).toEqual(NOTHING);
  });

  test("have the round trip of the path in use, as either browser tells it", () => {
    const pairs = [
      { type: "candidate-pair", id: "old", currentRoundTripTime: 0.9, nominated: false, state: "succeeded" },
      { type: "candidate-pair", id: "used", currentRoundTripTime: 0.05, nominated: true, state: "succeeded" },
    ];
    expect(sampleOf(report(pairs)).roundTripMs).toBe(50);
    const transport = { type: "transport", id: "t" };
    expect(sampleOf(report([...pairs, transport])).roundTripMs).toBe(50);
    const chosen = { ...transport, selectedCandidatePairId: "old" };
    expect(sampleOf(report([...pairs, chosen])).roundTripMs).toBe(900);
  });
});

function report(entries: Record<string, unknown>[]): RTCStatsReport {
  const all = entries.map((entry, at) => [String(entry.id ?? at), { id: String(at), ...entry }] as const);
  return new Map(all) as unknown as RTCStatsReport;
}

test.each([
  ['{"audio":true,"video":false,"screen":true}', { audio: true, video: false, screen: true }],
  ['{"audio":true,"newer":1}', { audio: true, video: false, screen: false }],
  ['{"audio":"yes"}', { audio: false, video: false, screen: false }],
  ["null", null],
  ["not JSON", null],
  [`{"audio":true,"more":"${"x".repeat(300)}"}`, null],
  [new ArrayBuffer(8), null],
] as const)("the other side says %s", (said, state) => {
  expect(readMediaState(said)).toEqual(state);
});
