import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { TalktimeError } from "../../src/errors.js";
import { Calling } from "../fakes/calling.js";
import { FakePeerConnection } from "../fakes/peer-connection.js";
import * as server from "../fakes/server.js";
import { BEN, CALL_ID, MINUTE_MS } from "../fakes/server.js";

let ours: Calling;

beforeEach(() => {
  ours = new Calling();
});

afterEach(() => {
  vi.unstubAllGlobals();
});

describe("placing a call (H1)", () => {
  test("invites by name or id, and is the current call at once", async () => {
    const call = await ours.place();
    expect([call.state, call.role, call.otherName, call.other, call.id]).toEqual([
      "authorizing",
      "caller",
      "ben",
      null,
      null,
    ]);
    expect(ours.calls.current).toBe(call);
    expect(ours.signaling.sent[0]).toMatchObject({ type: "call.invite", callee_user_name: "ben", callee_id: null });
    call.cancel();
    ours.calls.place({ id: BEN.account_id }, await ours.media());
    expect(ours.signaling.sent.at(-1)).toMatchObject({ callee_user_name: null, callee_id: BEN.account_id });
  });

  test("one at a time", async () => {
    const media = await ours.media();
    await ours.place();
    expect(() => ours.calls.place({ userName: "cleo" }, media)).toThrow(TalktimeError);
    expect(media.audioOn).toBe(true);
  });

  test("asks for ICE servers while it rings, and connects with them after the accept", async () => {
    ours.servers = { ice_servers: [{ urls: ["stun:s"] }], ice_transport_policy: "all", expires_at: null };
    await ours.rings();
    expect([ours.askedFor, FakePeerConnection.made]).toEqual([[CALL_ID], []]);
    await ours.tell(server.accepted());
    expect(ours.pc.configuration).toEqual({ iceServers: [{ urls: ["stun:s"] }], iceTransportPolicy: "all" });
    expect(ours.signaling.said).toEqual(["call.invite", "call.offer"]);
    expect(ours.pc.transceivers.map(({ direction }) => direction)).toEqual(["sendrecv", "sendrecv"]);
  });

  test("talks once the media flows", async () => {
    const call = await ours.connects();
    ours.signaling.said;
    await ours.mediaFlows();
    expect([ours.signaling.said, call.state, call.quality]).toEqual([["call.connected"], "connecting", "good"]);
    await ours.tell(server.active());
    await ours.timers.advance(61_000);
    expect([call.state, call.talkMs, call.paidMs, call.cost?.costMinor]).toEqual([
      "active",
      MINUTE_MS,
      MINUTE_MS,
      10,
    ]);
  });

  test("is told by events, and changed by all of them", async () => {
    const call = await ours.place();
    const heard: unknown[] = [];
    let changes = 0;
    call.on("state", (state) => heard.push(state));
    call.on("lease", (paidMs) => heard.push({ paidMs }));
    call.on("lowFunds", (lowFunds) => heard.push({ lowFunds: lowFunds?.shortfallMinor ?? null }));
    call.on("ended", ({ reason }) => heard.push({ reason }));
    call.on("charged", ({ chargeMinor }) => heard.push({ chargeMinor }));
    call.on("changed", () => changes++);
    await ours.tell(server.authorizing("invite-1"), server.rings(), server.accepted(), server.active());
    await ours.tell(server.lowFunds(), server.lease(50_000, 2 * MINUTE_MS), server.ended("hung_up", 50_100));
    await ours.tell(server.charged(50_100, 1, 10), server.ended("hung_up", 50_100));
    expect(heard).toEqual([
      "ringing",
      "connecting",
      "active",
      { paidMs: MINUTE_MS },
      { lowFunds: 5 },
      { lowFunds: null },
      { paidMs: 2 * MINUTE_MS },
      "ended",
      { reason: "hung_up" },
      { chargeMinor: 10 },
    ]);
    expect(changes).toBeGreaterThanOrEqual(8);
    expect([call.charge?.minutes, ours.calls.current]).toEqual([1, null]);
  });

  test("what a listener does comes after what it heard", async () => {
    const call = await ours.place();
    const heard: string[] = [];
    call.on("state", (state) => {
      heard.push(state);
      if (state === "ringing") call.cancel();
    });
    call.on("changed", () => heard.push(`changed, ${call.state}`));
    await ours.tell(server.rings());
    expect(heard).toEqual(["ringing", "changed, ringing", "ended", "changed, ended"]);
  });

  test("that is refused ends, and lets go of the devices", async () => {
    const call = await ours.place();
    await ours.tell(server.authorizing("invite-1"), server.refused("busy"));
    expect([call.end?.reason, call.end?.refused, ours.devices.live, ours.calls.current]).toEqual([
      "busy",
      true,
      [],
      null,
    ]);
  });

  test("waits for the socket, and gives up in time", async () => {
    ours.signaling.state = "connecting";
    const call = await ours.place();
    expect(ours.signaling.sent).toEqual([]);
    ours.signaling.comeBack();
    expect(ours.signaling.said).toEqual(["call.invite"]);
    call.cancel();
    ours.signaling.state = "waiting";
    const never = await ours.place();
    await ours.timers.advance(10_000);
    expect(never.end?.reason).toBe("not_connected");
  });
});
