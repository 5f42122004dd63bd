import { describe, expect, test } from "vitest";
import { shortcutOf } from "../../src/calling/shortcuts.js";

const key = (letter: string, more: Partial<KeyboardEvent> = {}) => ({
  key: letter,
  altKey: false,
  ctrlKey: false,
  metaKey: false,
  repeat: false,
  defaultPrevented: false,
  ...more,
});
const inside = (found: boolean) => ({ closest: () => (found ? {} : null) }) as unknown as Element;

describe("in a call", () => {
  test.each([
    ["m", "microphone"],
    ["V", "camera"],
    ["s", "screen"],
    ["f", "fullScreen"],
  ])("%s is the key for %s", (letter, meant) => {
    expect(shortcutOf(key(letter), inside(false))).toBe(meant);
  });

  test("other keys mean nothing, Escape least of all", () => {
    for (const letter of ["x", "Escape", "Enter", "constructor"]) expect(shortcutOf(key(letter), null)).toBeNull();
  });

  test("whoever types or answers a dialog is left alone", () => {
    expect(shortcutOf(key("m"), inside(true))).toBeNull();
  });

  test.each(["ctrlKey", "metaKey", "altKey", "repeat", "defaultPrevented"])("not with %s", (flag) => {
    expect(shortcutOf(key("s", { [flag]: true }), null)).toBeNull();
  });
});
