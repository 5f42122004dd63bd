import { type LocalMedia, MediaError, type MediaErrorKind } from "@talktime/client";
import { expect, test } from "vitest";
import { OwnMedia, type Source } from "../../src/calling/own-media.js";

type Asked = { audio: boolean; video: boolean };

/** A machine with these devices; each question to it is written down. */
class Machine {
  readonly asked: Asked[] = [];
  readonly opened: FakeMedia[] = [];
  missing: { audio?: MediaErrorKind; video?: MediaErrorKind } = {};
  allowed = true;
  gate: Promise<void> = Promise.resolve();

  readonly source: Source = {
    isAllowed: async () => this.allowed,
    open: async (wanted = {}) => {
      const asked = { audio: Boolean(wanted.audio), video: Boolean(wanted.video) };
      this.asked.push(asked);
      await this.gate;
      for (const kind of ["video", "audio"] as const) {
        const problem = this.missing[kind];
        if (asked[kind] && problem) throw new MediaError(problem, "not to be had");
      }
      const media = new FakeMedia(asked);
      this.opened.push(media);
      return media as unknown as LocalMedia;
    },
  };

  own(): OwnMedia {
    return new OwnMedia(this.source);
  }
}

class FakeMedia {
  closed = false;
  audioOn: boolean;
  videoOn: boolean;
  problem: MediaErrorKind | null = null;

  constructor({ audio, video }: Asked) {
    this.audioOn = audio;
    this.videoOn = video;
  }

  async setVideoOn(on: boolean): Promise<void> {
    if (on && this.problem) throw new MediaError(this.problem, "not to be had");
    this.videoOn = on;
  }

  async setAudioOn(on: boolean): Promise<void> {
    this.audioOn = on;
  }

  close(): void {
    this.closed = true;
  }
}

const BOTH = { audio: true, video: true };
const SOUND = { audio: true, video: false };
const PICTURE = { audio: false, video: true };
const NOTHING = { audio: false, video: false };
const BOTH_ON = { audioOn: true, videoOn: true };

test("H2: camera and microphone are asked for at once", async () => {
  const machine = new Machine();
  const own = machine.own();
  await own.open();
  expect(machine.asked).toEqual([BOTH]);
  expect(own.problem.value).toBeNull();
  expect(own.wish.value).toEqual({ camera: true, microphone: true });
});

test("H2: without a camera one can still be heard", async () => {
  const machine = new Machine();
  machine.missing = { video: "no_device" };
  const own = machine.own();
  await own.open();
  expect(machine.asked).toEqual([BOTH, SOUND]);
  expect(own.problem.value).toEqual({ kind: "no_device", concerned: "camera" });
  expect(own.wish.value).toEqual({ camera: false, microphone: true });
});

test("H2: a microphone in use leaves the picture", async () => {
  const machine = new Machine();
  machine.missing = { audio: "in_use" };
  const own = machine.own();
  await own.open();
  expect(machine.asked).toEqual([BOTH, SOUND, PICTURE]);
  expect(own.problem.value).toEqual({ kind: "in_use", concerned: "microphone" });
});

test("who has just said no is not asked once more", async () => {
  const machine = new Machine();
  machine.missing = { audio: "denied", video: "denied" };
  machine.allowed = false;
  const own = machine.own();
  await own.open();
  expect(machine.asked).toEqual([BOTH, NOTHING]);
  expect(own.problem.value).toEqual({ kind: "denied", concerned: "both" });
});

test("an insecure page asks for nothing alone, and can still receive", async () => {
  const machine = new Machine();
  machine.missing = { audio: "insecure_context", video: "insecure_context" };
  const own = machine.own();
  await own.open();
  expect(machine.asked).toEqual([BOTH, NOTHING]);
  expect(own.media.value).not.toBeNull();
});

test("trying again asks for all that failed", async () => {
  const machine = new Machine();
  machine.missing = { audio: "denied", video: "denied" };
  machine.allowed = false;
  const own = machine.own();
  await own.open();
  machine.missing = {};
  await own.retry();
  expect(machine.asked.at(-1)).toEqual(BOTH);
  expect(own.problem.value).toBeNull();
  expect(machine.opened[0]?.closed).toBe(true);
});

test("what is closed while the browser still asks is let go of when it comes", async () => {
  const machine = new Machine();
  let answer = () => {};
  machine.gate = new Promise((resolve) => {
    answer = resolve;
  });
  const own = machine.own();
  const opening = own.open();
  own.close();
  answer();
  await opening;
  expect(machine.opened[0]?.closed).toBe(true);
  expect(own.media.value).toBeNull();
});

test("a switch that is turned while the browser asks counts", async () => {
  const machine = new Machine();
  let answer = () => {};
  machine.gate = new Promise((resolve) => {
    answer = resolve;
  });
  const own = machine.own();
  const opening = own.open();
  await own.turn("camera", false);
  answer();
  await opening;
  expect(own.media.value?.videoOn).toBe(false);
  expect(own.wish.value).toEqual({ camera: false, microphone: true });
});

test("a camera that does not come back leaves its switch off and says why", async () => {
  const machine = new Machine();
  const own = machine.own();
  await own.open();
  await own.turn("camera", false);
  const [media] = machine.opened;
  if (media) media.problem = "in_use";
  await own.turn("camera", true);
  expect(own.wish.value.camera).toBe(false);
  expect(own.problem.value).toEqual({ kind: "in_use", concerned: "camera" });
});

test("what was given away is not closed", async () => {
  const machine = new Machine();
  const own = machine.own();
  await own.open();
  own.take();
  own.close();
  expect(machine.opened[0]?.closed).toBe(false);
});

test("nothing is opened for whom nobody sees any more", async () => {
  const machine = new Machine();
  const own = machine.own();
  await own.open();
  own.leave();
  await own.open();
  await own.retry();
  expect(machine.opened.map(({ closed }) => closed)).toEqual([true]);
  expect([own.media.peek(), own.opening.peek()]).toEqual([null, false]);
});

test("accepting asks for camera and microphone, without camera for the microphone alone", async () => {
  const machine = new Machine();
  expect(await machine.own().takeFor({ camera: true })).toMatchObject(BOTH_ON);
  expect(await machine.own().takeFor({ camera: false })).toMatchObject({ audioOn: true, videoOn: false });
  expect(machine.asked).toEqual([BOTH, SOUND]);
});

test("accepting takes what was looked at, and turns off a camera that is not wanted", async () => {
  const machine = new Machine();
  const [seen, unseen] = [machine.own(), machine.own()];
  await Promise.all([seen.open(), unseen.open()]);
  expect(await seen.takeFor({ camera: true })).toMatchObject(BOTH_ON);
  expect(await unseen.takeFor({ camera: false })).toMatchObject({ audioOn: true, videoOn: false });
  expect(machine.asked).toEqual([BOTH, BOTH]);
});

test("nobody accepts unheard without having read so", async () => {
  const machine = new Machine();
  machine.missing = { audio: "in_use" };
  const own = machine.own();
  expect(await own.takeFor({ camera: true })).toBeNull();
  expect(own.problem.value).toEqual({ kind: "in_use", concerned: "microphone" });
  expect(await own.takeFor({ camera: true })).toMatchObject({ audioOn: false, videoOn: true });
});

test("who has looked and wants no more of it begins anew", async () => {
  const machine = new Machine();
  const own = machine.own();
  await own.open();
  await own.turn("camera", false);
  own.reset();
  expect(machine.opened[0]?.closed).toBe(true);
  expect(await own.takeFor({ camera: true })).toMatchObject(BOTH_ON);
});
