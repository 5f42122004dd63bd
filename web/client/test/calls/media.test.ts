import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Calling } from "../fakes/calling.js";
import { FakePeerConnection } from "../fakes/peer-connection.js";
import * as server from "../fakes/server.js";
import { settled } from "../fakes/timers.js";

let ours: Calling;

beforeEach(() => {
  ours = new Calling();
});

afterEach(() => {
  vi.unstubAllGlobals();
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
    const call = ours.call;
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
    const call = ours.call;
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
