import { afterEach, expect, test, vi } from "vitest";
import { exclusivelyInBrowser } from "../../src/session/locks.js";

type Run = () => Promise<string>;

afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

function browserWith(request: (name: string, options: LockOptions, run: Run) => Promise<string>): void {
  vi.stubGlobal("navigator", { locks: { request } });
}

test("the action runs under the browser's lock", async () => {
  const held: string[] = [];
  browserWith(async (name, _, run) => {
    held.push(name);
    return run();
  });
  expect(await exclusivelyInBrowser("ann", async () => "done")).toBe("done");
  expect(held).toEqual(["ann"]);
});

test("what the action fails with is what is told, and it is not run again", async () => {
  browserWith((_name, _options, run) => run());
  const action = vi.fn(() => Promise.reject(new Error("refused")));
  await expect(exclusivelyInBrowser("ann", action)).rejects.toThrow("refused");
  expect(action).toHaveBeenCalledTimes(1);
});

test("a lock that is not to be had does not stop it for ever", async () => {
  const late = new AbortController();
  vi.spyOn(AbortSignal, "timeout").mockReturnValue(late.signal);
  browserWith((_, { signal }) => new Promise((_, reject) => signal?.addEventListener("abort", reject)));
  const done = exclusivelyInBrowser("ann", async () => "done");
  late.abort();
  expect(await done).toBe("done");
});

test("a browser without locks runs it as it is", async () => {
  vi.stubGlobal("navigator", {});
  expect(await exclusivelyInBrowser("ann", async () => "done")).toBe("done");
});
