import { NetworkError } from "@talktime/client";
import { expect, test, vi } from "vitest";
import { loadCode, type Surroundings } from "../src/load-code.js";

const failure = new TypeError("Failed to fetch dynamically imported module");
const fails = () => Promise.reject(failure);

function around(facts: { answers?: boolean; free?: boolean; ageMs?: number } = {}): Surroundings {
  const { answers = true, free = true, ageMs = 60_000 } = facts;
  return { answers: async () => answers, isFree: () => free, ageMs: () => ageMs, reload: vi.fn() };
}

test("what can be loaded is loaded", async () => {
  const page = around();
  expect(await loadCode(async () => "code", page)).toBe("code");
  expect(page.reload).not.toHaveBeenCalled();
});

test("while the server is away the page stays, and says so", async () => {
  const page = around({ answers: false });
  await expect(loadCode(fails, page)).rejects.toThrow(NetworkError);
  expect(page.reload).not.toHaveBeenCalled();
});

test("what a server that answers does not give comes with the page loaded anew", async () => {
  const page = around();
  await expect(loadCode(fails, page)).rejects.toBe(failure);
  expect(page.reload).toHaveBeenCalledOnce();
});

test.each([{ free: false }, { ageMs: 1_000 }])("the page is not loaded anew by itself: %o", async (facts) => {
  const page = around(facts);
  await expect(loadCode(fails, page)).rejects.toBe(failure);
  expect(page.reload).not.toHaveBeenCalled();
});
