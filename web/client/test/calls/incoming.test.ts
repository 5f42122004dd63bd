import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Calling } from "../fakes/calling.js";
import { FakePeerConnection } from "../fakes/peer-connection.js";
import * as server from "../fakes/server.js";
import { ANN, snapshot } from "../fakes/server.js";
import { settled } from "../fakes/timers.js";

let ours: Calling;

beforeEach(() => {
  ours = new Calling();
});

afterEach(() => {
  vi.unstubAllGlobals();
});

describe("an incoming call", () => {
  test("rings, is accepted, and answers the offer", async () => {
    await ours.tell(server.incoming());
    const call = ours.call;
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
    void ours.call.accept(await ours.media());
    await ours.tell(server.accepted(), server.offer("o=- ben 1 IN IP4 0.0.0.0\r\nm=audio\r\n"));
    expect(FakePeerConnection.made).toEqual([]);
    answer();
    await settled();
    expect(ours.signaling.said).toEqual(["call.accept", "call.answer"]);
    expect(ours.pc.channel).toBeNull();
  });

  test("is declined; the devices of who did not accept were never asked for", async () => {
    await ours.tell(server.incoming());
    const call = ours.call;
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
    void ours.call.accept(media);
    void ours.call.accept(other).then(() => {
      accepted = true;
    });
    await settled();
    expect([accepted, ours.signaling.said]).toEqual([false, ["call.accept"]]);
    expect([media.stream.getTracks().length, ours.call.localMedia]).toEqual([0, other]);
    await ours.tell(server.accepted());
    expect(accepted).toBe(true);
  });

  test("is accepted once: what comes too late takes no media away", async () => {
    await ours.tell(server.incoming());
    const [media, other, third] = [await ours.media(), await ours.media(), await ours.media()];
    void ours.call.accept(media);
    await ours.tell(server.accepted());
    await ours.call.accept(other);
    expect([ours.call.localMedia, media.stream.getTracks().length]).toEqual([media, 2]);
    expect(other.stream.getTracks()).toEqual([]);
    await ours.tell(server.ended("hung_up", 5));
    const placed = await ours.rings();
    const own = placed.localMedia;
    await placed.accept(third);
    expect([placed.localMedia, placed.state, third.stream.getTracks()]).toEqual([own, "ringing", []]);
  });

  test("that is taken for accepted without having been is hung up", async () => {
    await ours.tell(server.incoming());
    const call = ours.call;
    await ours.tell(server.accepted());
    expect([call.end?.reason, ours.signaling.said]).toEqual(["declined", ["call.hang_up"]]);
    await ours.tell(server.ended("hung_up", 5));
    expect(call.end).toMatchObject({ reason: "hung_up", talkMs: 5 });
  });

  test("answered elsewhere stops ringing, and the accept comes too late", async () => {
    await ours.tell(server.incoming());
    const call = ours.call;
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
    expect(ours.call.otherName).toBe("ann");
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
    const call = ours.call;
    ours.signaling.lose();
    ours.signaling.comeBack(snapshot("ringing", { role: "callee" }));
    expect([ours.calls.current, call.state]).toEqual([call, "ringing"]);
    call.decline();
    ours.signaling.comeBack(snapshot("ringing", { call_id: "call-2", role: "callee", other: ANN }));
    expect(ours.call.otherName).toBe("ann");
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
