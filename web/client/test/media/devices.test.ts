import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { canSetSpeaker, type Device, listDevices, setSpeaker, watchDevices } from "../../src/media/devices.js";
import { LocalMedia } from "../../src/media/local-media.js";
import { FakeDevices, stubMedia } from "../fakes/media.js";
import { settled } from "../fakes/timers.js";

let devices = new FakeDevices();

beforeEach(() => {
  devices = stubMedia();
});

afterEach(() => {
  vi.unstubAllGlobals();
});

describe("the list of devices", () => {
  test("has names once the person has allowed some, and nothing before", async () => {
    expect(await listDevices()).toEqual([]);
    devices.labelled = true;
    expect((await listDevices()).slice(1, 3)).toEqual([
      { id: "mic-2", kind: "audio", label: "The mic-2" },
      { id: "cam-1", kind: "video", label: "The cam-1" },
    ]);
    expect((await listDevices()).at(-1)?.kind).toBe("speaker");
  });

  test("is empty where the page may have none", async () => {
    vi.stubGlobal("navigator", {});
    expect(await listDevices()).toEqual([]);
    watchDevices(() => {})();
  });

  test("is not told to who has stopped listening meanwhile", async () => {
    const told: Device[][] = [];
    watchDevices((list) => told.push(list))();
    await settled();
    expect(told).toEqual([]);
  });

  test("is told anew when one is plugged in, and when the person allows them", async () => {
    const told: Device[][] = [];
    const off = watchDevices((list) => told.push(list));
    await settled();
    expect(told).toEqual([[]]);
    await LocalMedia.open();
    await settled();
    expect(told.at(-1)).toHaveLength(5);
    devices.video.push("cam-3");
    devices.dispatchEvent(new Event("devicechange"));
    await settled();
    expect(told.at(-1)).toHaveLength(6);
    off();
    devices.dispatchEvent(new Event("devicechange"));
    await settled();
    expect(told).toHaveLength(3);
  });
});

describe("the speaker", () => {
  test("is chosen where the browser can", async () => {
    vi.stubGlobal("HTMLMediaElement", class {});
    const element = { setSinkId: vi.fn(async () => {}) };
    expect(canSetSpeaker()).toBe(false);
    await expect(setSpeaker(element as never, "speaker-1")).rejects.toMatchObject({ kind: "unsupported" });
    vi.stubGlobal(
      "HTMLMediaElement",
      class {
        setSinkId() {}
      },
    );
    await setSpeaker(element as never, "speaker-1");
    expect(element.setSinkId).toHaveBeenCalledWith("speaker-1");
    element.setSinkId.mockRejectedValue(new DOMException("gone", "NotFoundError"));
    await expect(setSpeaker(element as never, "speaker-9")).rejects.toMatchObject({ kind: "no_device" });
  });
});
