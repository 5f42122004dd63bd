/** Tabs of a browser, with the library in them, and an API that they talk to. */

import { beforeEach } from "vitest";
import { limited } from "../../src/rest/fetch.js";
import { createHttp } from "../../src/rest/http.js";
import type { Exclusively } from "../../src/session/locks.js";
import { Session } from "../../src/session/session.js";
import { BASE_URL, FakeApi } from "../fakes/api.js";
import { FakeBrowser, type Tab } from "../fakes/browser.js";
import { FakeTimers } from "../fakes/timers.js";

export const REFRESH = "POST /v1/sessions/refresh";
export const LOG_OUT = "DELETE /v1/sessions/current";
export const MINUTE_MS = 60_000;
export const WITHOUT_LOCKS: Exclusively = (_, action) => action();

export let timers = new FakeTimers();
export let api = new FakeApi(timers);
export let browser = new FakeBrowser();

beforeEach(() => {
  timers = new FakeTimers();
  api = new FakeApi(timers);
  browser = new FakeBrowser();
});

/** A tab with the library in it, and what the session said. */
export function page(tab: Tab = browser.tab(), exclusively: Exclusively = browser.exclusively) {
  const http = createHttp(BASE_URL, limited(api.fetch, timers));
  const session = new Session({ http, store: tab.store, timers, exclusively });
  const heard: unknown[] = [];
  session.on("changed", (account) => heard.push(account?.user_name ?? null));
  session.on("ended", (reason) => heard.push({ ended: reason }));
  const logIn = (userName: string) => session.logIn({ login: userName, password: "secret secret" });
  return { session, tab, heard, logIn };
}
