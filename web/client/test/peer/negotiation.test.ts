import { beforeEach, describe, expect, test } from "vitest";
import { ANSWER_MS_MAX, Negotiation, type PeerSignal } from "../../src/peer/negotiation.js";
import { FakePeerConnection } from "../fakes/peer-connection.js";
import { FakeTimers, settled } from "../fakes/timers.js";

let timers = new FakeTimers();

beforeEach(() => {
  timers = new FakeTimers();
});

/** One side, which offers audio and video; what it says stays in `said` until it is delivered. */
class Side {
  readonly pc = new FakePeerConnection();
  readonly said: PeerSignal[] = [];
  readonly negotiation: Negotiation;

  constructor(name: string, polite: boolean) {
    this.pc.name = name;
    this.negotiation = new Negotiation({
      pc: this.pc as unknown as RTCPeerConnection,
      polite,
      say: (signal) => this.said.push(signal),
      beforeAnswer: () => {},
      timers,
    });
    if (!polite) this.pc.addTransceiver("audio", { direction: "sendrecv", streams: [] });
  }

  get types(): string[] {
    return this.said.map(({ type }) => type);
  }

  /** All that waits is delivered. */
  async delivers(to: Side): Promise<void> {
    await settled();
    for (const signal of this.said.splice(0)) await to.negotiation.heard(signal);
  }
}

function sides(): [caller: Side, callee: Side] {
  return [new Side("ann", false), new Side("ben", true)];
}

async function connected(): Promise<[Side, Side]> {
  const [ann, ben] = sides();
  await ann.delivers(ben);
  await ben.delivers(ann);
  return [ann, ben];
}

/** Both have the same offer and the answer to it. */
function agree(one: Side, other: Side): boolean {
  const stable = one.pc.signalingState === "stable" && other.pc.signalingState === "stable";
  const [mine, yours] = [one.pc.localDescription?.sdp, other.pc.localDescription?.sdp];
  return stable && one.pc.remoteDescription?.sdp === yours && other.pc.remoteDescription?.sdp === mine;
}

test("the caller makes the first offer, the callee answers it", async () => {
  const [ann, ben] = sides();
  ben.pc.addTransceiver("audio", { direction: "sendrecv", streams: [] });
  await settled();
  expect([ann.types, ben.types]).toEqual([["call.offer"], []]);
  await ann.delivers(ben);
  expect(ben.types).toEqual(["call.answer"]);
  await ben.delivers(ann);
  expect(agree(ann, ben)).toBe(true);
});

describe("candidates (H3)", () => {
  const candidate = { candidate: "candidate:1", sdpMid: "0", sdpMLineIndex: 0, usernameFragment: "u" };

  test("wait for the description, and keep their order", async () => {
    const [ann, ben] = sides();
    await ben.negotiation.heard({ type: "call.candidate", candidate });
    await ben.negotiation.heard({ type: "call.candidate", candidate: null });
    expect(ben.pc.candidates).toEqual([]);
    await ann.delivers(ben);
    await ben.negotiation.heard({ type: "call.candidate", candidate: { ...candidate, candidate: "candidate:2" } });
    expect(ben.pc.candidates).toEqual([candidate, { candidate: "" }, { ...candidate, candidate: "candidate:2" }]);
  });

  test("are said as they are found, and their end once", async () => {
    const [ann] = await connected();
    ann.pc.onicecandidate?.({ candidate: { ...candidate, foundation: "not of the protocol" } });
    ann.pc.onicecandidate?.({ candidate: { ...candidate, candidate: "" } });
    ann.pc.onicecandidate?.({ candidate: null });
    expect(ann.said).toEqual([
      { type: "call.candidate", candidate },
      { type: "call.candidate", candidate: null },
    ]);
  });

  test("that the browser refuses, as those of an offer that was ignored, stop nothing", async () => {
    const [ann, ben] = await connected();
    ann.pc.addIceCandidate = () => Promise.reject(new DOMException("unknown", "OperationError"));
    await ann.negotiation.heard({ type: "call.candidate", candidate });
    ben.pc.restartIce();
    await ben.delivers(ann);
    await ann.delivers(ben);
    expect(agree(ann, ben)).toBe(true);
  });
});

describe("offers that cross", () => {
  test("one counts: the polite side takes its own back, and makes it again afterwards", async () => {
    const [ann, ben] = await connected();
    ann.pc.restartIce();
    ben.pc.restartIce();
    await settled();
    const [anns, bens] = [ann.said.splice(0), ben.said.splice(0)];
    for (const signal of bens) await ann.negotiation.heard(signal);
    for (const signal of anns) await ben.negotiation.heard(signal);
    expect([ann.types, ben.types[0]]).toEqual([[], "call.answer"]);
    await ben.delivers(ann);
    expect(agree(ann, ben)).toBe(true);
  });
});

test("an offer that comes while one is being made crosses it", async () => {
  const [ann, ben] = await connected();
  ben.pc.restartIce();
  await settled();
  let made = () => {};
  const making = new Promise<void>((resolve) => {
    made = resolve;
  });
  const make = ann.pc.setLocalDescription.bind(ann.pc);
  ann.pc.setLocalDescription = () => making.then(make);
  ann.pc.restartIce();
  await settled();
  await ben.delivers(ann);
  made();
  await ann.delivers(ben);
  expect(ben.types[0]).toBe("call.answer");
  await ben.delivers(ann);
  expect(agree(ann, ben)).toBe(true);
});

describe("what is lost", () => {
  test("an offer is said again, at once where the socket is back, else after a while", async () => {
    const [ann, ben] = sides();
    await settled();
    ann.said.length = 0;
    ann.negotiation.sayAgain();
    expect(ann.types).toEqual(["call.offer"]);
    ann.said.length = 0;
    await timers.advance(ANSWER_MS_MAX);
    expect(ann.types).toEqual(["call.offer"]);
    await ann.delivers(ben);
    await ben.delivers(ann);
    expect(agree(ann, ben)).toBe(true);
    ann.negotiation.sayAgain();
    await timers.advance(10 * ANSWER_MS_MAX);
    expect([ann.types, ben.types]).toEqual([[], []]);
  });

  test("an answer is made again", async () => {
    const [ann, ben] = sides();
    await ann.delivers(ben);
    ben.said.length = 0;
    await timers.advance(ANSWER_MS_MAX);
    await ann.delivers(ben);
    await ben.delivers(ann);
    expect(agree(ann, ben)).toBe(true);
  });

  test("an answer that comes twice, or late, changes nothing", async () => {
    const [ann, ben] = sides();
    await ann.delivers(ben);
    const answers = ben.said.splice(0);
    for (const signal of [...answers, ...answers]) await ann.negotiation.heard(signal);
    expect(agree(ann, ben)).toBe(true);
  });

  test("an answer to an offer that was made before is not taken for that of this one", async () => {
    const [ann, ben] = await connected();
    ben.pc.restartIce();
    await settled();
    ben.negotiation.sayAgain();
    await ben.delivers(ann);
    const [first, second] = ann.said.splice(0) as [PeerSignal, PeerSignal];
    await ben.negotiation.heard(first);
    ben.pc.restartIce();
    await settled();
    await ben.negotiation.heard(second);
    expect(ben.pc.signalingState).toBe("have-local-offer");
    await ben.delivers(ann);
    await ann.delivers(ben);
    expect(agree(ann, ben)).toBe(true);
  });

  test("an answer of another program, which does not say so, is taken", async () => {
    const [ann] = sides();
    await settled();
    await ann.negotiation.heard({ type: "call.answer", sdp: "o=- other 1 IN IP4 0.0.0.0\r\n" });
    expect(ann.pc.signalingState).toBe("stable");
  });

  test("a description that the browser refuses is passed over", async () => {
    const [ann, ben] = sides();
    ben.pc.setRemoteDescription = () => Promise.reject(new DOMException("bad", "OperationError"));
    await ann.delivers(ben);
    expect(ben.types).toEqual([]);
  });

  test("closing leaves nothing behind", async () => {
    const [ann] = sides();
    await settled();
    ann.negotiation.close();
    expect([timers.waiting, ann.pc.onicecandidate, ann.pc.onnegotiationneeded]).toEqual([0, null, null]);
  });
});

/** The same numbers for the same seed (mulberry32). */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

test.each(Array.from({ length: 40 }, (_, seed) => seed))(
  "both agree in the end, whatever crosses and gets lost (seed %i)",
  async (seed) => {
    const chance = random(seed);
    const [ann, ben] = sides();
    await settled();
    for (let step = 0; step < 30; step++) {
      const [from, to] = chance() < 0.5 ? [ann, ben] : [ben, ann];
      const what = chance();
      if (what < 0.25) from.pc.restartIce();
      else if (what < 0.4) from.said.shift();
      else if (from.said[0]) await to.negotiation.heard(from.said.shift() as PeerSignal);
      if (chance() < 0.5) await settled();
    }
    for (let round = 0; round < 6; round++) {
      await timers.advance(ANSWER_MS_MAX);
      await ann.delivers(ben);
      await ben.delivers(ann);
    }
    expect(agree(ann, ben)).toBe(true);
    expect([ann.types, ben.types]).toEqual([[], []]);
  },
);
