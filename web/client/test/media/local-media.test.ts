import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { MediaError } from "../../src/media/errors.js";
import { LocalMedia } from "../../src/media/local-media.js";
import { FakeDevices, type FakeTrack, stubMedia } from "../fakes/media.js";
import { settled } from "../fakes/timers.js";

let devices = new FakeDevices();

beforeEach(() => {
  devices = stubMedia();
});

afterEach(() => {
  vi.unstubAllGlobals();
});

function refusal(name: string): DOMException {
  return new DOMException(`a ${name}`, name);
}

function listen(media: LocalMedia): string[] {
  const heard: string[] = [];
  media.on("ended", ({ kind }) => heard.push(`ended ${kind}`));
  return heard;
}

/** What is sent, by device; the screen has none. */
function sent(media: LocalMedia): (string | undefined)[] {
  return (media.stream.getTracks() as unknown as FakeTrack[]).map(({ deviceId }) => deviceId ?? "screen");
}

describe("opening", () => {
  test("asks once for both, and shows them", async () => {
    const media = await LocalMedia.open();
    expect([devices.asked.length, sent(media)]).toEqual([1, ["mic-1", "cam-1"]]);
    expect([media.audioOn, media.videoOn, media.screenOn]).toEqual([true, true, false]);
    expect([media.audioDeviceId, media.videoDeviceId]).toEqual(["mic-1", "cam-1"]);
  });

  test("takes the devices that are named, or others where they are gone", async () => {
    const named = await LocalMedia.open({ audio: { deviceId: "mic-2" }, video: { deviceId: "cam-2" } });
    expect(sent(named)).toEqual(["mic-2", "cam-2"]);
    const noCamera = await LocalMedia.open({ audio: { deviceId: "mic-2" }, video: { deviceId: "cam-9" } });
    expect(sent(noCamera)).toEqual(["mic-2", "cam-1"]);
    const noMicrophone = await LocalMedia.open({ audio: { deviceId: "mic-9" }, video: { deviceId: "cam-2" } });
    expect(sent(noMicrophone)).toEqual(["mic-1", "cam-2"]);
  });

  test("audio alone, and nothing, are possible", async () => {
    const audio = await LocalMedia.open({ audio: true });
    expect([sent(audio), audio.videoOn]).toEqual([["mic-1"], false]);
    const nothing = await LocalMedia.open({});
    expect([sent(nothing), nothing.audioOn, devices.asked.length]).toEqual([[], false, 1]);
  });

  test("does not take less than was asked for", async () => {
    devices.video = [];
    await expect(LocalMedia.open()).rejects.toMatchObject({ name: "MediaError", kind: "no_device" });
    expect(devices.live).toEqual([]);
  });

  test.each([
    ["NotAllowedError", "denied"],
    ["SecurityError", "denied"],
    ["NotFoundError", "no_device"],
    ["OverconstrainedError", "no_device"],
    ["NotReadableError", "in_use"],
    ["AbortError", "in_use"],
    ["NotSupportedError", "unsupported"],
    ["InvalidStateError", "other"],
  ])("%s is %s", async (name, kind) => {
    devices.refusals = [refusal(name)];
    const error = await LocalMedia.open().catch((thrown) => thrown);
    expect(error).toBeInstanceOf(MediaError);
    expect([error.kind, error.cause.name]).toEqual([kind, name]);
  });

  test("says what the browser said", () => {
    const error = MediaError.from(refusal("NotReadableError"));
    expect([
      error.message,
      MediaError.from(error),
      MediaError.from(new DOMException("", "AbortError")).message,
    ]).toEqual(["a NotReadableError", error, "AbortError"]);
    expect(MediaError.from("thrown").message).toBe("thrown");
  });

  test("needs a secure page, and a browser that has devices", async () => {
    vi.stubGlobal("navigator", {});
    await expect(LocalMedia.open()).rejects.toMatchObject({ kind: "unsupported" });
    vi.stubGlobal("isSecureContext", false);
    await expect(LocalMedia.open()).rejects.toMatchObject({ kind: "insecure_context" });
  });
});

describe("the microphone", () => {
  test("is muted at once, and kept", async () => {
    const media = await LocalMedia.open({ audio: true });
    const muted = media.setAudioOn(false);
    expect([media.audioOn, media.track("audio")?.enabled, devices.live]).toEqual([false, false, ["mic-1"]]);
    await muted;
    await media.setAudioOn(true);
    expect([media.track("audio")?.enabled, devices.asked.length]).toEqual([true, 1]);
  });

  test("is asked for where there was none", async () => {
    const media = await LocalMedia.open({});
    await media.setAudioOn(true);
    expect([media.audioOn, sent(media)]).toEqual([true, ["mic-1"]]);
  });

  test("exchanged while muted stays muted", async () => {
    const media = await LocalMedia.open({ audio: true });
    await media.setAudioOn(false);
    await media.useDevice("audio", "mic-2");
    expect([sent(media), media.track("audio")?.enabled, devices.live]).toEqual([["mic-2"], false, ["mic-2"]]);
  });
});

describe("the camera", () => {
  test("lets go of its light when off, and comes back as the same one", async () => {
    const media = await LocalMedia.open({ video: { deviceId: "cam-2" } });
    await media.setVideoOn(false);
    expect([media.videoOn, media.track("video"), sent(media), devices.live]).toEqual([false, null, [], []]);
    await media.setVideoOn(true);
    expect([sent(media), devices.live]).toEqual([["cam-2"], ["cam-2"]]);
  });

  test("that cannot come back is off, and says why", async () => {
    const media = await LocalMedia.open({ video: true });
    await media.setVideoOn(false);
    devices.refusals = [refusal("NotReadableError")];
    const told: boolean[] = [];
    media.on("changed", () => told.push(media.videoOn));
    await expect(media.setVideoOn(true)).rejects.toMatchObject({ kind: "in_use" });
    expect([media.videoOn, sent(media), told]).toEqual([false, [], [true, false]]);
  });

  test("turned off while it is being taken goes out again", async () => {
    const media = await LocalMedia.open({});
    let open = () => {};
    devices.gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    const on = media.setVideoOn(true);
    await settled();
    await media.setVideoOn(false);
    open();
    await on;
    expect([media.videoOn, devices.live, sent(media)]).toEqual([false, [], []]);
  });

  test("turned on twice is taken once", async () => {
    const media = await LocalMedia.open({});
    await Promise.all([media.setVideoOn(true), media.setVideoOn(true)]);
    expect([devices.asked.length, devices.live]).toEqual([1, ["cam-1"]]);
  });
});

describe("exchanging a device (H2)", () => {
  test("sends the new one before the old one stops", async () => {
    const media = await LocalMedia.open();
    const old = media.track("video");
    const states: (string | undefined)[] = [];
    media.on("changed", () => states.push(old?.readyState));
    await media.useDevice("video", "cam-2");
    expect([states[0], old?.readyState, media.videoDeviceId]).toEqual(["live", "ended", "cam-2"]);
    expect([sent(media), devices.live]).toEqual([
      ["mic-1", "cam-2"],
      ["mic-1", "cam-2"],
    ]);
  });

  test("while it is off is for when it is on", async () => {
    const media = await LocalMedia.open({ audio: true });
    await media.useDevice("video", "cam-2");
    expect([devices.asked.length, media.videoDeviceId]).toEqual([1, "cam-2"]);
    await media.setVideoOn(true);
    expect(sent(media)).toEqual(["mic-1", "cam-2"]);
  });

  test("while it is off is told", async () => {
    const media = await LocalMedia.open({});
    let changes = 0;
    media.on("changed", () => changes++);
    await media.useDevice("audio", "mic-2");
    expect([changes, media.audioDeviceId]).toEqual([1, "mic-2"]);
  });

  test("that is refused changes nothing", async () => {
    const media = await LocalMedia.open();
    const before = media.track("video");
    await expect(media.useDevice("video", "cam-9")).rejects.toMatchObject({ kind: "no_device" });
    expect([media.track("video"), media.videoDeviceId, before?.readyState]).toEqual([before, "cam-1", "live"]);
  });

  test("lets go of the old one first where only one may be open, as on phones", async () => {
    const media = await LocalMedia.open({ video: true });
    devices.oneCamera = true;
    await media.useDevice("video", "cam-2");
    expect([sent(media), devices.live]).toEqual([["cam-2"], ["cam-2"]]);
    devices.refusals = [null, refusal("NotReadableError")];
    await expect(media.useDevice("video", "cam-1")).rejects.toMatchObject({ kind: "in_use" });
    expect([sent(media), devices.live, media.videoDeviceId]).toEqual([["cam-2"], ["cam-2"], "cam-2"]);
    const heard = listen(media);
    devices.refusals = [null, refusal("NotReadableError"), refusal("NotReadableError")];
    await expect(media.useDevice("video", "cam-1")).rejects.toMatchObject({ kind: "in_use" });
    expect([sent(media), media.videoOn, heard]).toEqual([[], false, ["ended video"]]);
  });
});

describe("a device that is unplugged", () => {
  test("is replaced by another one", async () => {
    const media = await LocalMedia.open();
    const heard = listen(media);
    devices.video = ["cam-2"];
    devices.given[1]?.vanish();
    await settled();
    expect([sent(media), media.videoOn, heard]).toEqual([["mic-1", "cam-2"], true, []]);
  });

  test("is told where there is no other one", async () => {
    const media = await LocalMedia.open();
    const heard = listen(media);
    devices.audio = [];
    devices.given[0]?.vanish();
    await settled();
    expect([sent(media), media.audioOn, heard]).toEqual([["cam-1"], false, ["ended audio"]]);
    expect(media.audioDeviceId).toBeNull();
  });

  test("while muted is missed when it is needed", async () => {
    const media = await LocalMedia.open({ audio: true });
    const heard = listen(media);
    await media.setAudioOn(false);
    devices.given[0]?.vanish();
    await settled();
    expect([heard, devices.asked.length, sent(media)]).toEqual([[], 1, []]);
    await media.setAudioOn(true);
    expect([media.track("audio")?.enabled, devices.asked.length]).toEqual([true, 2]);
  });
});

describe("the screen", () => {
  test("takes the camera's place, and gives it back", async () => {
    const media = await LocalMedia.open();
    await media.startScreen();
    expect([media.screenOn, media.videoOn, sent(media)]).toEqual([true, true, ["mic-1", "screen"]]);
    expect([devices.live, devices.screens[0]?.contentHint]).toEqual([["mic-1"], "detail"]);
    await media.stopScreen();
    expect([media.screenOn, sent(media), devices.screens[0]?.readyState]).toEqual([
      false,
      ["mic-1", "cam-1"],
      "ended",
    ]);
  });

  test("is ended by the browser's own button too", async () => {
    const media = await LocalMedia.open();
    const heard = listen(media);
    await media.startScreen();
    devices.screens[0]?.vanish();
    await settled();
    expect([media.screenOn, sent(media), heard]).toEqual([false, ["mic-1", "cam-1"], []]);
    await media.startScreen();
    devices.refusals = [refusal("NotReadableError")];
    devices.screens[1]?.vanish();
    await settled();
    expect([media.videoOn, heard]).toEqual([false, ["ended video"]]);
  });

  test("does without a camera, and turns none on", async () => {
    const media = await LocalMedia.open({ audio: true });
    await media.startScreen();
    await media.stopScreen();
    expect([sent(media), devices.asked.length]).toEqual([["mic-1"], 1]);
  });

  test("the camera turned on and off meanwhile is for afterwards", async () => {
    const media = await LocalMedia.open();
    await media.startScreen();
    await media.setVideoOn(false);
    expect(sent(media)).toEqual(["mic-1", "screen"]);
    await media.setVideoOn(true);
    expect(devices.live).toEqual(["mic-1"]);
    await media.stopScreen();
    expect(sent(media)).toEqual(["mic-1", "cam-1"]);
  });

  test("chosen anew replaces the one before", async () => {
    const media = await LocalMedia.open();
    await media.startScreen();
    await media.startScreen();
    expect(devices.screens.map(({ readyState }) => readyState)).toEqual(["ended", "live"]);
  });

  test("that the person does not choose leaves everything as it is", async () => {
    const media = await LocalMedia.open();
    devices.refusals = [refusal("NotAllowedError")];
    await expect(media.startScreen()).rejects.toMatchObject({ kind: "denied" });
    expect([media.screenOn, sent(media)]).toEqual([false, ["mic-1", "cam-1"]]);
  });

  test("is not to be had on phones", async () => {
    const media = await LocalMedia.open();
    vi.stubGlobal("navigator", { mediaDevices: { getUserMedia: () => {} } });
    await expect(media.startScreen()).rejects.toMatchObject({ kind: "unsupported" });
  });
});

describe("closing", () => {
  test("lets go of everything, and stays closed", async () => {
    const media = await LocalMedia.open();
    const heard = listen(media);
    await media.startScreen();
    media.close();
    expect([devices.live, devices.screens[0]?.readyState, sent(media)]).toEqual([[], "ended", []]);
    await media.setAudioOn(true);
    await media.stopScreen();
    expect([devices.live, heard]).toEqual([[], []]);
  });

  test("is told once, and turns the camera's light off", async () => {
    const media = await LocalMedia.open();
    let changes = 0;
    media.on("changed", () => changes++);
    await media.stopScreen();
    media.close();
    media.close();
    expect([changes, devices.live]).toEqual([1, []]);
  });

  test("also of what is being taken at the moment", async () => {
    const media = await LocalMedia.open({});
    const on = media.setVideoOn(true);
    const screen = media.startScreen();
    media.close();
    await Promise.all([on, screen]);
    expect([devices.live, devices.screens[0]?.readyState]).toEqual([[], "ended"]);
  });
});
