import { expect, test, vi } from "vitest";
import en from "../../src/texts/en/own.js";
import problems from "../../src/texts/en/problems.js";
import "../english.js";

vi.mock("../../src/talktime.js", () => ({ talktime: {}, learnInstallation: async () => {} }));
const { relaySwitch } = await import("../../src/account/call-settings.js");
const texts = en.settings;

test("hiding one's address can be switched where something relays, and as long as that is not known", () => {
  for (const here of [{ relay_available: true }, null])
    for (const on of [true, false])
      expect(relaySwitch(on, here)).toEqual({ hint: texts.relayOnlyHint, disabled: false });
});

test("where nothing relays it cannot be turned on, and says why", () => {
  expect(relaySwitch(false, { relay_available: false })).toEqual({
    hint: problems.relayNotOffered,
    disabled: true,
  });
});

test("where nothing relays any more it can be turned off", () => {
  expect(relaySwitch(true, { relay_available: false })).toEqual({ hint: texts.relayMissing, disabled: false });
});
