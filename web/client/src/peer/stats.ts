/** What `getStats` says (W3C Identifiers for WebRTC's Statistics API), as far as a call needs it. */

export interface Sample {
  packetsReceived: number;
  packetsLost: number;
  framesDecoded: number;
  /** Freezes of the picture up to now, in seconds. */
  frozenSeconds: number;
  /** Of what we send, the part that does not arrive, from 0 to 1. */
  lossOut: number;
  /** Null where not measured yet. */
  roundTripMs: number | null;
}

/** The fields of all kinds of entries that count here; browsers leave out what they do not know. */
interface Entry {
  id: string;
  type: string;
  packetsReceived?: number;
  packetsLost?: number;
  framesDecoded?: number;
  totalFreezesDuration?: number;
  fractionLost?: number;
  currentRoundTripTime?: number;
  selectedCandidatePairId?: string;
  nominated?: boolean;
  state?: string;
}

type Figure = "packetsReceived" | "packetsLost" | "framesDecoded" | "totalFreezesDuration";

export function sampleOf(report: RTCStatsReport): Sample {
  const entries = new Map<string, Entry>();
  report.forEach((entry: Entry) => {
    entries.set(entry.id, entry);
  });
  const all = [...entries.values()];
  const inbound = all.filter((entry) => entry.type === "inbound-rtp");
  const path = pathInUse(all, entries);
  const lossOut = all.map((entry) => (entry.type === "remote-inbound-rtp" ? (entry.fractionLost ?? 0) : 0));
  return {
    packetsReceived: sum(inbound, "packetsReceived"),
    packetsLost: sum(inbound, "packetsLost"),
    framesDecoded: sum(inbound, "framesDecoded"),
    frozenSeconds: sum(inbound, "totalFreezesDuration"),
    lossOut: Math.max(0, ...lossOut),
    roundTripMs: path?.currentRoundTripTime === undefined ? null : path.currentRoundTripTime * 1_000,
  };
}

function pathInUse(all: Entry[], entries: Map<string, Entry>): Entry | undefined {
  const transport = all.find((entry) => entry.type === "transport" && entry.selectedCandidatePairId);
  if (transport) return entries.get(transport.selectedCandidatePairId ?? "");
  return all.find((entry) => entry.type === "candidate-pair" && entry.nominated && entry.state === "succeeded");
}

function sum(entries: Entry[], figure: Figure): number {
  return entries.reduce((total, entry) => total + (entry[figure] ?? 0), 0);
}
