import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Call } from "../../src/calls/call.js";
import { SignalingError, TalktimeError } from "../../src/errors.js";
import { Calling } from "../fakes/calling.js";
import { FakePeerConnection } from "../fakes/peer-connection.js";
import * as server from "../fakes/server.js";
import { ANN, BEN, CALL_ID, MINUTE_MS, snapshot } from "../fakes/server.js";
import { settled } from "../fakes/timers.js";

let ours: Calling;

beforeEach(() => {
  ours = new Calling();
});

afterEach(() => {
  vi.unstubAllGlobals();
});

function current(): Call {
  const call = ours.calls.current;
  if (!call) throw new Error("no call");
  return call;
}

function hide(persisted: boolean): void {
  ours.page.dispatchEvent(Object.assign(new Event("pagehide"), { persisted }));
}

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

describe("an incoming call", () => {
  test("rings, is accepted, and answers the offer", async () => {
    await ours.tell(server.incoming());
    const call = current();
    expect(ours.heard).toEqual(["current ben", "ben calls"]);
    expect([call.state, call.role, call.cost, call.localMedia]).toEqual(["ringing", "callee", null, null]);
    const done = call.accept(await ours.media());
    expect([call.state, ours.signaling.said]).toEqual(["connecting", ["call.accept"]]);
    await ours.tell(server.accepted());
    await done;
    await ours.tell(server.offer("o=- ben 1 IN IP4 0.0.0.0\r\nm=audio m=video m=application\r\n"));
    expect(ours.signaling.said).toEqual(["call.answer"]);
    expect(
      ours.pc.transceivers.map(({ direction, sender }) => [direction, (sender.track as { kind: string }).kind]),
    ).toEqual([
      ["sendrecv", "audio"],
      ["sendrecv", "video"],
    ]);
    expect(call.remoteStream.getTracks()).toHaveLength(2);
    await ours.mediaFlows();
    expect(ours.signaling.said).toEqual(["call.connected"]);
  });

  test("takes an offer that comes before its ICE servers", async () => {
    let answer = () => {};
    const servers = ours.servers;
    ours.servers = new Promise((resolve) => {
      answer = () => resolve(servers);
    }) as never;
    await ours.tell(server.incoming());
    void current().accept(await ours.media());
    await ours.tell(server.accepted(), server.offer("o=- ben 1 IN IP4 0.0.0.0\r\nm=audio\r\n"));
    expect(FakePeerConnection.made).toEqual([]);
    answer();
    await settled();
    expect(ours.signaling.said).toEqual(["call.accept", "call.answer"]);
    expect(ours.pc.channel).toBeNull();
  });

  test("is declined; the devices of who did not accept were never asked for", async () => {
    await ours.tell(server.incoming());
    const call = current();
    call.decline();
    expect([call.end?.reason, ours.signaling.said, ours.calls.current]).toEqual([
      "declined",
      ["call.decline"],
      null,
    ]);
    const media = await ours.media();
    await call.accept(media);
    expect(ours.devices.live).toEqual([]);
  });

  test("is accepted once the server says so", async () => {
    await ours.tell(server.incoming());
    let accepted = false;
    const [media, other] = [await ours.media(), await ours.media()];
    void current().accept(media);
    void current()
      .accept(other)
      .then(() => {
        accepted = true;
      });
    await settled();
    expect([accepted, ours.signaling.said]).toEqual([false, ["call.accept"]]);
    expect([media.stream.getTracks().length, current().localMedia]).toEqual([0, other]);
    await ours.tell(server.accepted());
    expect(accepted).toBe(true);
  });

  test("is accepted once: what comes too late takes no media away", async () => {
    await ours.tell(server.incoming());
    const [media, other, third] = [await ours.media(), await ours.media(), await ours.media()];
    void current().accept(media);
    await ours.tell(server.accepted());
    await current().accept(other);
    expect([current().localMedia, media.stream.getTracks().length]).toEqual([media, 2]);
    expect(other.stream.getTracks()).toEqual([]);
    await ours.tell(server.ended("hung_up", 5));
    const placed = await ours.rings();
    const own = placed.localMedia;
    await placed.accept(third);
    expect([placed.localMedia, placed.state, third.stream.getTracks()]).toEqual([own, "ringing", []]);
  });

  test("that is taken for accepted without having been is hung up", async () => {
    await ours.tell(server.incoming());
    const call = current();
    await ours.tell(server.accepted());
    expect([call.end?.reason, ours.signaling.said]).toEqual(["declined", ["call.hang_up"]]);
    await ours.tell(server.ended("hung_up", 5));
    expect(call.end).toMatchObject({ reason: "hung_up", talkMs: 5 });
  });

  test("answered elsewhere stops ringing, and the accept comes too late", async () => {
    await ours.tell(server.incoming());
    const call = current();
    const done = call.accept(await ours.media());
    await ours.tell(server.answeredElsewhere());
    await done;
    expect([call.end?.reason, ours.devices.live]).toEqual(["answered_elsewhere", []]);
  });

  test("waits behind the current call, and rings when that is over", async () => {
    const call = await ours.rings();
    await ours.tell(server.incoming("call-2", ANN));
    expect(ours.calls.current).toBe(call);
    call.cancel();
    expect(current().otherName).toBe("ann");
    expect(ours.heard).toEqual(["current ben", "current ann", "ann calls"]);
    await ours.tell(server.ended("cancelled", 0, "call-2"));
    expect(ours.heard.at(-1)).toBe("none");
  });

  test("that ends behind the current call never rings", async () => {
    const call = await ours.rings();
    await ours.tell(server.incoming("call-2", ANN), server.ended("cancelled", 0, "call-2"));
    call.cancel();
    expect(ours.heard).toEqual(["current ben", "none"]);
  });

  test("told twice rings once", async () => {
    await ours.tell(server.incoming(), server.incoming(), server.ended("missed"));
    expect(ours.heard).toEqual(["current ben", "ben calls", "none"]);
  });

  test("still rings for a device whose socket was away, and is learned from the snapshot", async () => {
    await ours.tell(server.incoming());
    const call = current();
    ours.signaling.lose();
    ours.signaling.comeBack(snapshot("ringing", { role: "callee" }));
    expect([ours.calls.current, call.state]).toEqual([call, "ringing"]);
    call.decline();
    ours.signaling.comeBack(snapshot("ringing", { call_id: "call-2", role: "callee", other: ANN }));
    expect(current().otherName).toBe("ann");
  });
});

describe("both call each other (D10)", () => {
  test("the invite accepts the other's call, and nothing rings", async () => {
    const call = await ours.place();
    await ours.tell(server.authorizing("invite-1"), server.incoming("call-2"), server.accepted("call-2"));
    expect([call.id, call.role, call.state, ours.calls.current]).toEqual(["call-2", "callee", "connecting", call]);
    expect(ours.heard).toEqual(["current ben"]);
    await ours.tell(server.offer("o=- ben 1 IN IP4 0.0.0.0\r\nm=audio\r\n", "call-2"));
    expect(ours.signaling.said).toEqual(["call.invite", "call.answer"]);
    expect(call.cost).toBeNull();
  });

  test("who has cancelled meanwhile hangs up", async () => {
    const call = await ours.place();
    call.cancel();
    await ours.tell(server.incoming("call-2"), server.accepted("call-2"));
    expect([ours.calls.current, ours.signaling.said]).toEqual([null, ["call.invite", "call.hang_up"]]);
  });
});

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
    expect(current().otherName).toBe("ann");
  });
});

describe("connecting", () => {
  test("that takes too long is given up, and said", async () => {
    const call = await ours.connects();
    ours.signaling.said;
    await ours.timers.advance(20_000);
    expect([call.end?.reason, ours.signaling.said.at(-1)]).toEqual(["connect_failed", "call.connect_failed"]);
  });

  test("without the relay that is demanded ends clearly (D14)", async () => {
    ours.relayOnly = true;
    const call = await ours.connects();
    expect([call.end?.reason, FakePeerConnection.made]).toEqual(["no_relay", []]);
    expect(ours.signaling.said).toEqual(["call.invite", "call.connect_failed"]);
  });

  test("that the browser refuses is said", async () => {
    vi.stubGlobal(
      "RTCPeerConnection",
      class {
        constructor() {
          throw new DOMException("bad url", "SyntaxError");
        }
      },
    );
    expect((await ours.connects()).end?.reason).toBe("connect_failed");
  });

  test("of a call that is over meanwhile makes no connection", async () => {
    const call = await ours.rings();
    ours.signaling.tell(server.accepted());
    call.hangUp();
    await settled();
    expect([FakePeerConnection.made, call.end?.reason]).toEqual([[], "hung_up"]);
  });
});

describe("the media of both sides", () => {
  test("says what is on, at its opening and at every change", async () => {
    const call = await ours.talks();
    const { channel } = ours.pc;
    expect(channel?.options).toEqual({ negotiated: true, id: 0 });
    await call.localMedia?.setAudioOn(false);
    channel?.open();
    await call.localMedia?.setVideoOn(false);
    await call.localMedia?.startScreen();
    expect(channel?.sent[0]).toEqual({ audio: false, video: true, screen: false });
    expect(channel?.sent.at(-1)).toEqual({ audio: false, video: false, screen: true });
  });

  test("shows what the other side says of itself", async () => {
    const call = await ours.talks();
    let changes = 0;
    call.on("changed", () => changes++);
    ours.pc.channel?.hear({ audio: false, video: true, screen: false });
    expect([call.remoteMuted, call.remoteScreenOn]).toEqual([{ audio: true, video: false }, false]);
    ours.pc.channel?.hear({ audio: true, video: false, screen: true });
    expect([call.remoteMuted, call.remoteScreenOn]).toEqual([{ audio: false, video: false }, true]);
    ours.pc.channel?.hear("nonsense");
    expect([call.remoteScreenOn, changes]).toEqual([true, 2]);
  });

  test("is received and let go of with the call", async () => {
    await ours.tell(server.incoming());
    const call = current();
    void call.accept(await ours.media());
    await ours.tell(
      server.accepted(),
      server.offer("o=- ben 1 IN IP4 0.0.0.0\r\nm=audio m=video m=application\r\n"),
    );
    expect(ours.pc.transceivers.map(({ streams }) => streams)).toEqual([
      [call.localMedia?.stream],
      [call.localMedia?.stream],
    ]);
    ours.pc.channel?.open();
    expect(ours.pc.channel?.sent).toEqual([{ audio: true, video: true, screen: false }]);
    const [track] = ours.pc.transceivers.map(({ receiver }) => receiver.track);
    let changes = 0;
    call.on("changed", () => changes++);
    track?.arrive();
    track?.onmute?.();
    expect(changes).toBe(2);
    call.hangUp();
    expect([call.remoteStream.getTracks(), track?.onmute, track?.onunmute]).toEqual([[], null, null]);
  });

  test("connects anew with the servers of the day", async () => {
    const expiring = (url: string) => {
      const expires_at = new Date(ours.timers.wallNow() + 3_600_000).toISOString();
      ours.servers = { ...ours.servers, ice_servers: [{ urls: [url] }], expires_at };
    };
    expiring("stun:first");
    await ours.talks();
    expiring("stun:second");
    await ours.timers.advance(3_000_000);
    expect(ours.pc.configuration.iceServers).toEqual([{ urls: ["stun:second"] }]);
  });

  test("of another program is judged by what arrives", async () => {
    await ours.tell(server.incoming());
    const call = current();
    let remote = 0;
    call.on("remote", () => remote++);
    void call.accept(await ours.media());
    await ours.tell(server.accepted(), server.offer("o=- ben 1 IN IP4 0.0.0.0\r\nm=audio m=video\r\n"));
    expect(call.remoteMuted).toEqual({ audio: false, video: true });
    for (const { receiver } of ours.pc.transceivers) receiver.track.arrive();
    expect([call.remoteMuted, remote]).toEqual([{ audio: false, video: false }, 1]);
  });

  test("changes tracks without new negotiation (H2)", async () => {
    const call = await ours.talks();
    ours.signaling.said;
    const names = () =>
      ours.pc.transceivers.map(({ sender }) => (sender.track as { deviceId?: string } | null)?.deviceId);
    await call.localMedia?.useDevice("video", "cam-2");
    expect(names()).toEqual(["mic-1", "cam-2"]);
    await call.localMedia?.setVideoOn(false);
    expect(ours.pc.transceivers[1]?.sender.track).toBeNull();
    await call.localMedia?.setVideoOn(true);
    await settled();
    expect([names(), ours.signaling.said]).toEqual([["mic-1", "cam-2"], []]);
  });

  test("tells its quality when it changes", async () => {
    const call = await ours.talks();
    const heard: string[] = [];
    call.on("quality", (quality) => heard.push(quality));
    call.on("changed", () => heard.push("changed"));
    await ours.timers.advance(4_000);
    ours.pc.becomes("disconnected");
    await ours.timers.advance(4_000);
    expect([heard, call.quality]).toEqual([["lost", "changed"], "lost"]);
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
    const accepting = current().accept(await ours.media());
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
