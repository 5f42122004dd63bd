/** A browser whose storage is full. */

import { afterEach, expect, test, vi } from "vitest";
import { FakeStorage } from "../fakes/browser.js";
import { api, browser, MINUTE_MS, page, REFRESH, timers } from "./world.js";

afterEach(() => {
  vi.restoreAllMocks();
});

function fillUp(): void {
  vi.spyOn(FakeStorage.prototype, "setItem").mockImplementation(() => {
    throw new DOMException("There is no room.", "QuotaExceededError");
  });
}

test("a login goes on in memory, and that is said", async () => {
  const { session } = page();
  const ann = await logIn("ann", session);
  const said = vi.spyOn(console, "warn").mockImplementation(() => {});
  fillUp();
  session.learn({ ...ann, user_name: "anna" });
  await timers.advance(24 * 60 * MINUTE_MS);
  expect(await session.accessToken()).toBe("access-2");
  expect([api.count(REFRESH), session.account?.user_name]).toEqual([1, "anna"]);
  expect(said).toHaveBeenCalled();
});

test("a token that is used up is left to no other tab", async () => {
  const { session, tab } = page();
  await logIn("ann", session);
  vi.spyOn(console, "warn").mockImplementation(() => {});
  fillUp();
  await timers.advance(24 * 60 * MINUTE_MS);
  await session.accessToken();
  vi.restoreAllMocks();
  expect(browser.tab().store.all()).toEqual([]);
  expect(tab.store.all().map(({ account }) => account.user_name)).toEqual(["ann"]);
});

test("a store that fails ends nothing", async () => {
  const { session, tab } = page();
  const ann = await logIn("ann", session);
  const said = vi.spyOn(console, "warn").mockImplementation(() => {});
  vi.spyOn(tab.store, "set").mockImplementation(() => {
    throw new Error("broken");
  });
  session.learn({ ...ann, user_name: "anna" });
  await timers.advance(0);
  expect([session.account?.user_name, said.mock.calls.length]).toEqual(["anna", 1]);
});

function logIn(login: string, session: ReturnType<typeof page>["session"]) {
  return session.logIn({ login, password: "secret secret" });
}
