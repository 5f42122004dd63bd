import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { SignalingError } from "../../src/errors.js";
import { Calling } from "../fakes/calling.js";
import * as server from "../fakes/server.js";
import { CALL_ID, MINUTE_MS, snapshot } from "../fakes/server.js";

let ours: Calling;

beforeEach(() => {
  ours = new Calling();
});

afterEach(() => {
  vi.unstubAllGlobals();
});

function hide(persisted: boolean): void {
  ours.page.dispatchEvent(Object.assign(new Event("pagehide"), { persisted }));
}

describe("what comes after the end", () => {
  test("the charge finds its call, also after a resume, and with another call under way", async () => {
    const call = await ours.talks();
    await ours.timers.advance(3_000);
    call.hangUp();
    expect([call.end, ours.calls.current]).toEqual([{ reason: "hung_up", refused: false, talkMs: 3_000 }, null]);
    ours.signaling.lose();
    ours.signaling.comeBack();
    await ours.place();
    await ours.tell(server.ended("hung_up", 2_990), server.charged(2_990, 1, 10));
    expect([call.end?.talkMs, call.charge]).toEqual([2_990, { talkMs: 2_990, minutes: 1, chargeMinor: 10 }]);
  });

  test("hanging up without a socket is done here at once, and there on the return", async () => {
    const call = await ours.talks();
    ours.signaling.said;
    ours.signaling.lose();
    call.hangUp();
    expect([call.state, ours.devices.live, ours.signaling.said]).toEqual(["ended", [], []]);
    ours.signaling.comeBack(snapshot("reconnecting", { talk_ms: 5_000, paid_ms: MINUTE_MS }));
    expect(ours.signaling.said).toEqual(["call.cancel"]);
    expect(ours.calls.current).toBeNull();
  });

  test("a cancel without a socket and without a name finds the call that came of the invite", async () => {
    const call = await ours.place();
    ours.signaling.lose();
    call.cancel();
    ours.signaling.said;
    ours.signaling.comeBack();
    await ours.tell(server.rings());
    expect(ours.signaling.said).toEqual(["call.cancel"]);
  });

  test("a call that nobody knows here is hung up", async () => {
    for (const [state, role] of [
      ["active", "caller"],
      ["ringing", "caller"],
      ["connecting", "callee"],
    ] as const) {
      ours.signaling.comeBack(snapshot(state, { call_id: "call-9", role }));
      expect(ours.signaling.sent.splice(0)).toEqual([{ type: "call.hang_up", call_id: "call-9", ref: null }]);
    }
  });

  test("a call that rings is not taken for one that is over", async () => {
    const call = await ours.rings();
    call.cancel();
    ours.signaling.said;
    await ours.tell(server.rings("call-9"));
    expect([call.id, ours.signaling.said]).toEqual([CALL_ID, []]);
  });

  test("everything is let go of", async () => {
    const expires_at = new Date(ours.timers.wallNow() + 3_600_000).toISOString();
    ours.servers = { ...ours.servers, ice_servers: [{ urls: ["stun:s"] }], expires_at };
    const call = await ours.talks();
    call.hangUp();
    expect([ours.pc.channel?.readyState, ours.pc.channel?.onmessage, ours.pc.ontrack]).toEqual([
      "closed",
      null,
      null,
    ]);
    expect([ours.timers.waiting, ours.pc.signalingState, ours.devices.live]).toEqual([0, "closed", []]);
    expect(call.remoteStream.getTracks()).toEqual([]);
  });

  test("old calls are forgotten", async () => {
    const first = await ours.rings();
    first.cancel();
    for (let at = 2; at < 14; at++) {
      const call = await ours.place();
      await ours.tell(server.refused("busy", `call-${at}`));
      call.cancel();
    }
    await ours.tell(server.charged(0, 0, 0));
    expect(first.charge).toBeNull();
  });
});

describe("leaving the page", () => {
  test("hangs up; a page that is kept does not", async () => {
    const call = await ours.talks();
    hide(true);
    expect(call.state).toBe("active");
    ours.signaling.said;
    hide(false);
    expect([call.end?.reason, ours.signaling.said]).toEqual(["hung_up", ["call.hang_up"]]);
  });

  test("lets an incoming call ring on elsewhere", async () => {
    await ours.tell(server.incoming());
    hide(false);
    expect([ours.calls.current, ours.signaling.said]).toEqual([null, []]);
  });

  test("closing leaves nothing behind", async () => {
    await ours.talks();
    ours.calls.close();
    expect([ours.calls.current, ours.timers.waiting]).toEqual([null, 0]);
    await ours.tell(server.incoming("call-2"));
    expect(ours.calls.current).toBeNull();
  });
});

describe("what the server takes no notice of", () => {
  test("is an error of the call that it is about", async () => {
    const call = await ours.talks();
    const heard: unknown[] = [];
    call.on("error", (error) => heard.push(error));
    await ours.tell(server.error("illegal_step", { call_id: "another" }));
    await ours.tell(server.error("illegal_step", { call_id: CALL_ID, ref: "step-1" }));
    expect(heard).toEqual([expect.any(SignalingError)]);
    expect(heard[0]).toMatchObject({ code: "illegal_step", callId: CALL_ID, ref: "step-1", message: "no" });
    expect(call.state).toBe("active");
  });

  test("is known together with the end that it means", async () => {
    const call = await ours.place();
    const heard: unknown[] = [];
    call.on("ended", ({ reason }) => heard.push(reason));
    call.on("error", ({ code }) => heard.push(code));
    await ours.tell(server.error("malformed", { ref: ours.signaling.sent[0]?.ref ?? "" }));
    expect(heard).toEqual(["unknown_callee", "malformed"]);
  });

  test("is why an accept fails", async () => {
    await ours.tell(server.incoming());
    const accepting = ours.call.accept(await ours.media());
    const refused = expect(accepting).rejects.toMatchObject({ name: "SignalingError", code: "illegal_step" });
    await ours.tell(server.error("illegal_step", { call_id: CALL_ID }));
    await refused;
  });
});

test("the time left follows the wallet", async () => {
  const call = await ours.talks();
  let changes = 0;
  call.on("changed", () => (changes += 1));
  expect(call.timeLeftMs).toBeNull();
  ours.wallet.learn(server.WALLET);
  expect([call.timeLeftMs, changes]).toEqual([2 * MINUTE_MS, 1]);
  ours.wallet.learn({ ...server.WALLET, version: 2, balance_minor: 30 });
  expect([call.timeLeftMs, changes]).toEqual([3 * MINUTE_MS, 2]);
});
