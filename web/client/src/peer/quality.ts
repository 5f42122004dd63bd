/** How good the media is, from two samples of the statistics. */

import type { Quality } from "../calls/states.js";
import type { Sample } from "./stats.js";

/** What this side can expect to get. */
export interface Expected {
  isConnected: boolean;
  audio: boolean;
  video: boolean;
}

/** Up to here it is good, and up to there it can still be talked with (ITU-T G.114 has 400 ms one way as the limit). */
const ROUND_TRIP_MS_GOOD = 300;
const ROUND_TRIP_MS_FAIR = 600;
const LOSS_GOOD = 0.03;
const LOSS_FAIR = 0.1;
/** Of the time between two samples. */
const FROZEN_SHARE_FAIR = 0.1;
const FROZEN_SHARE_POOR = 0.4;

/** What is lost is worse than what is poor, and so on. */
const ORDER: readonly Quality[] = ["good", "fair", "poor", "lost"];

export function worseOf(one: Quality, other: Quality): Quality {
  return ORDER.indexOf(one) > ORDER.indexOf(other) ? one : other;
}

export function qualityOf(before: Sample, now: Sample, spanMs: number, expected: Expected): Quality {
  const received = now.packetsReceived - before.packetsReceived;
  if (!expected.isConnected || ((expected.audio || expected.video) && received <= 0)) return "lost";
  const lost = Math.max(0, now.packetsLost - before.packetsLost);
  const loss = Math.max(now.lossOut, lost / Math.max(1, lost + received));
  const frozen = frozenShare(before, now, spanMs, expected);
  const roundTripMs = now.roundTripMs ?? 0;
  if (roundTripMs > ROUND_TRIP_MS_FAIR || loss > LOSS_FAIR || frozen > FROZEN_SHARE_POOR) return "poor";
  if (roundTripMs > ROUND_TRIP_MS_GOOD || loss > LOSS_GOOD || frozen > FROZEN_SHARE_FAIR) return "fair";
  return "good";
}

/** A screen that does not change sends few frames, so that only a camera's picture must move. */
function frozenShare(before: Sample, now: Sample, spanMs: number, expected: Expected): number {
  if (!expected.video) return 0;
  if (now.framesDecoded === before.framesDecoded) return 1;
  return ((now.frozenSeconds - before.frozenSeconds) * 1_000) / spanMs;
}
