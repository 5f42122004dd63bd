import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Calling } from "../fakes/calling.js";
import { FakePeerConnection } from "../fakes/peer-connection.js";
import * as server from "../fakes/server.js";
import { ANN, MINUTE_MS, snapshot } from "../fakes/server.js";

let ours: Calling;

beforeEach(() => {
  ours = new Calling();
});

afterEach(() => {
  vi.unstubAllGlobals();
});

describe("a lost socket (H3, D8)", () => {
  test("keeps the media, and goes on", async () => {
    const call = await ours.talks();
    ours.signaling.lose();
    expect([call.state, ours.calls.current]).toEqual(["reconnecting", call]);
    await ours.timers.advance(5_000);
    ours.signaling.comeBack(snapshot("active", { talk_ms: 5_000, paid_ms: MINUTE_MS }));
    expect([call.state, ours.pc.restarts, FakePeerConnection.made.length]).toEqual(["active", 0, 1]);
  });

  test("says an offer again that waits for its answer, and finds new paths where there are none", async () => {
    await ours.connects();
    ours.signaling.said;
    ours.signaling.lose();
    ours.signaling.comeBack(snapshot("connecting"));
    expect([ours.signaling.said, ours.pc.restarts]).toEqual([["call.offer"], 1]);
  });

  test("of the other side does too", async () => {
    const call = await ours.connects();
    ours.signaling.said;
    await ours.tell(server.peerLost());
    expect(call.peerLost).toBe(true);
    await ours.tell(server.peerResumed());
    expect([call.peerLost, ours.signaling.said]).toEqual([false, ["call.offer"]]);
  });

  test("that does not come back ends the call here", async () => {
    const call = await ours.talks();
    ours.signaling.lose();
    await ours.timers.advance(29_000);
    expect(call.state).toBe("reconnecting");
    await ours.timers.advance(1_000);
    expect([call.end?.reason, ours.devices.live]).toEqual(["lost", []]);
  });

  test("is waited for as long as the server waits, however often it is tried", async () => {
    const call = await ours.talks();
    ours.signaling.lose();
    ours.signaling.comeBack(snapshot("reconnecting", { paid_ms: MINUTE_MS }), 8_000);
    ours.signaling.become("waiting");
    await ours.timers.advance(10_000);
    ours.signaling.become("connecting");
    await ours.timers.advance(7_000);
    expect(call.state).toBe("reconnecting");
    await ours.timers.advance(1_000);
    expect(call.end?.reason).toBe("lost");
  });

  test("a socket that opens is not one that is lost", async () => {
    const call = await ours.talks();
    ours.signaling.become("open");
    expect(call.state).toBe("active");
  });

  test("that is refused, or closed for good, ends it at once", async () => {
    const call = await ours.talks();
    ours.signaling.become("refused");
    expect(call.end?.reason).toBe("lost");
  });

  test("finds another call than the one that waits behind", async () => {
    const call = await ours.rings();
    await ours.tell(server.incoming("call-2", ANN));
    ours.signaling.lose();
    ours.signaling.comeBack(snapshot("ringing"));
    expect(ours.calls.current).toBe(call);
    call.cancel();
    expect(ours.call.otherName).toBe("ann");
  });
});
