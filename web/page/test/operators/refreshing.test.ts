import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { type Visibility, whileVisible } from "../../src/operators/refreshing.js";

const MS = 5_000;

class FakePage extends EventTarget {
  visibilityState: DocumentVisibilityState = "visible";

  show(state: DocumentVisibilityState): void {
    this.visibilityState = state;
    this.dispatchEvent(new Event("visibilitychange"));
  }
}

let page: FakePage;
const act = vi.fn();

beforeEach(() => {
  vi.useFakeTimers();
  page = new FakePage();
  act.mockClear();
});
afterEach(() => vi.useRealTimers());

const watch = () => whileVisible(page as unknown as Visibility, MS, act);

it("acts again and again while the page is in sight", () => {
  watch();
  vi.advanceTimersByTime(3 * MS);
  expect(act).toHaveBeenCalledTimes(3);
});

it("rests while nobody sees it, and acts at once when it comes back", () => {
  watch();
  page.show("hidden");
  vi.advanceTimersByTime(10 * MS);
  expect(act).not.toHaveBeenCalled();
  page.show("visible");
  expect(act).toHaveBeenCalledTimes(1);
  vi.advanceTimersByTime(MS);
  expect(act).toHaveBeenCalledTimes(2);
});

it("begins in the background with nothing", () => {
  page.visibilityState = "hidden";
  watch();
  vi.advanceTimersByTime(10 * MS);
  expect(act).not.toHaveBeenCalled();
});

it("ends with the screen", () => {
  watch()();
  vi.advanceTimersByTime(10 * MS);
  page.show("visible");
  expect(act).not.toHaveBeenCalled();
});
