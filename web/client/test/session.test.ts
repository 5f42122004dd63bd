import { beforeEach, describe, expect, test } from "vitest";
import { NetworkError, NotLoggedInError, ProblemError } from "../src/errors.js";
import { limited, REQUEST_MS_MAX } from "../src/rest/fetch.js";
import { createHttp } from "../src/rest/http.js";
import type { Exclusively } from "../src/session/locks.js";
import { Session } from "../src/session/session.js";
import { accountOf, BASE_URL, FakeApi, json } from "./fakes/api.js";
import { FakeBrowser, type Tab } from "./fakes/browser.js";
import { FakeTimers, settled } from "./fakes/timers.js";

const REFRESH = "POST /v1/sessions/refresh";
const LOG_OUT = "DELETE /v1/sessions/current";
const MINUTE_MS = 60_000;
const WITHOUT_LOCKS: Exclusively = (_, action) => action();

let [timers, api, browser] = [new FakeTimers(), new FakeApi(new FakeTimers()), new FakeBrowser()];

beforeEach(() => {
  timers = new FakeTimers();
  api = new FakeApi(timers);
  browser = new FakeBrowser();
});

/** A tab with the library in it, and what the session said. */
function page(tab: Tab = browser.tab(), exclusively: Exclusively = browser.exclusively) {
  const http = createHttp(BASE_URL, limited(api.fetch, timers));
  const session = new Session({ http, store: tab.store, timers, exclusively });
  const heard: unknown[] = [];
  session.on("changed", (account) => heard.push(account?.user_name ?? null));
  session.on("ended", (reason) => heard.push({ ended: reason }));
  const logIn = (userName: string) => session.logIn({ login: userName, password: "secret secret" });
  return { session, tab, heard, logIn };
}

describe("logging in", () => {
  test("makes the account known, and hands out its token without asking again", async () => {
    const { session, heard, logIn } = page();
    expect(await logIn("ann")).toEqual(accountOf("ann"));
    expect(session.account).toEqual(accountOf("ann"));
    expect(await session.accessToken()).toBe("access-1");
    expect(heard).toEqual(["ann"]);
    expect(api.count(REFRESH)).toBe(0);
  });

  test("registering logs in", async () => {
    const { session } = page();
    await session.register({ email: "ann@example.com", user_name: "ann", password: "secret secret" });
    expect(api.arrived.map(({ what }) => what)).toEqual(["POST /v1/accounts", "POST /v1/sessions"]);
    expect(session.account?.user_name).toBe("ann");
  });

  test("a refusal is a problem, and changes nothing", async () => {
    const { session, heard, logIn } = page();
    const wrong = { type: "urn:talktime:problem:wrong-credentials", title: "Wrong", status: 401 };
    api.routes.set("POST /v1/sessions", () => json(401, wrong));
    await expect(logIn("ann")).rejects.toMatchObject({ name: "ProblemError", type: "wrong-credentials" });
    await expect(logIn("ann")).rejects.toBeInstanceOf(ProblemError);
    expect([session.account, heard]).toEqual([null, []]);
    await expect(session.accessToken()).rejects.toBeInstanceOf(NotLoggedInError);
  });
});

describe("one refresh", () => {
  test("serves all who wait", async () => {
    const { session, logIn } = page();
    await logIn("ann");
    await timers.advance(9 * MINUTE_MS);
    const tokens = await Promise.all(Array.from({ length: 10 }, () => session.accessToken()));
    expect(new Set(tokens)).toEqual(new Set(["access-2"]));
    expect(api.count(REFRESH)).toBe(1);
  });

  test("serves all tabs, which wait for the one that asks", async () => {
    const one = page();
    await one.logIn("ann");
    const others = [page(), page(), page()];
    for (const { session } of others) await session.restore();
    await timers.advance(9 * MINUTE_MS);
    const tokens = await Promise.all([one, ...others].map(({ session }) => session.accessToken()));
    expect(new Set(tokens)).toEqual(new Set(["access-2"]));
    expect(api.count(REFRESH)).toBe(1);
  });

  test("is one after another for one account, and nobody else's business", async () => {
    const [ann, ben] = [page(), page()];
    await ann.logIn("ann");
    await ben.logIn("ben");
    await timers.advance(9 * MINUTE_MS);
    api.routes.set("POST /v1/sessions/refresh", ({ body }) =>
      (body as { refresh_token: string }).refresh_token === "refresh-1"
        ? new Promise(() => {})
        : json(200, {
            access_token: "ben's",
            refresh_token: "r",
            token_type: "Bearer",
            expires_at: "",
            expires_in: 600,
          }),
    );
    void ann.session.accessToken().catch(() => {});
    expect(await ben.session.accessToken()).toBe("ben's");
  });

  test("without locks two tabs are honest at the same moment", async () => {
    api.graceMs = 10_000;
    const one = page(undefined, WITHOUT_LOCKS);
    await one.logIn("ann");
    const other = page(undefined, WITHOUT_LOCKS);
    await other.session.restore();
    await timers.advance(9 * MINUTE_MS);
    await Promise.all([one.session.accessToken(), other.session.accessToken()]);
    await timers.advance(9 * MINUTE_MS);
    await Promise.all([one.session.accessToken(), other.session.accessToken()]);
    expect([one.session.account, other.session.account]).toEqual([accountOf("ann"), accountOf("ann")]);
  });

  test("without locks and grace the tab that is late takes what the other one got", async () => {
    const one = page(undefined, WITHOUT_LOCKS);
    await one.logIn("ann");
    const other = page(undefined, WITHOUT_LOCKS);
    await other.session.restore();
    await timers.advance(9 * MINUTE_MS);
    const refresh = api.routes.get(REFRESH);
    let free = () => {};
    const held = new Promise<void>((resolve) => {
      free = resolve;
    });
    let asked = 0;
    api.routes.set(REFRESH, async (arrived) => {
      asked += 1;
      if (asked === 1) return (await refresh?.(arrived)) as Response;
      await held;
      return json(401, { type: "urn:talktime:problem:refresh-refused", title: "", status: 401 });
    });
    const tokens = Promise.all([one.session.accessToken(), other.session.accessToken()]);
    await settled();
    free();
    expect(await tokens).toEqual(["access-2", "access-2"]);
    expect(other.heard).toEqual(["ann"]);
  });

  test("a token that the server refused is replaced, however good it looks", async () => {
    const { session, logIn } = page();
    await logIn("ann");
    expect(await session.accessToken("access-1")).toBe("access-2");
    expect(await session.accessToken("access-1")).toBe("access-2");
    expect(api.count(REFRESH)).toBe(1);
  });

  test("a server whose tokens live for seconds is not asked at each turn", async () => {
    api.accessSeconds = 10;
    const { session, logIn } = page();
    await logIn("ann");
    await timers.advance(4_000);
    expect(await session.accessToken()).toBe("access-1");
    await timers.advance(2_000);
    expect(await session.accessToken()).toBe("access-2");
  });
});

describe("the end", () => {
  test("is what the server says, for all tabs", async () => {
    const [one, other] = [page(), page()];
    await one.logIn("ann");
    await other.session.restore();
    api.endAll("ann");
    await expect(one.session.accessToken("access-1")).rejects.toBeInstanceOf(NotLoggedInError);
    expect(one.heard).toEqual(["ann", null, { ended: "refused" }]);
    expect(other.heard).toEqual(["ann", null, { ended: "logged_out" }]);
    expect(one.session.accounts()).toEqual([]);
  });

  test.each([
    ["no network", () => Promise.reject(new TypeError("offline"))],
    ["an API that is away", () => json(503, { type: "urn:talktime:problem:unavailable", title: "", status: 503 })],
    ["a proxy's 401", () => new Response("who are you?", { status: 401 })],
    ["a network's log-in page", () => new Response("<h1>Welcome to our hotel</h1>")],
  ])("is not %s", async (_, answer) => {
    const { session, heard, logIn } = page();
    await logIn("ann");
    await timers.advance(9 * MINUTE_MS);
    const before = api.routes.get(REFRESH);
    api.routes.set(REFRESH, answer);
    await expect(session.accessToken()).rejects.not.toBeInstanceOf(NotLoggedInError);
    expect(session.account?.user_name).toBe("ann");
    if (before) api.routes.set(REFRESH, before);
    expect(await session.accessToken()).toBe("access-2");
    expect(heard).toEqual(["ann"]);
  });

  test("a refresh that hangs is given up, and the next one tries anew", async () => {
    const { session, logIn } = page();
    await logIn("ann");
    await timers.advance(9 * MINUTE_MS);
    const before = api.routes.get(REFRESH);
    api.routes.set(REFRESH, () => new Promise(() => {}));
    const token = session.accessToken();
    const failed = expect(token).rejects.toBeInstanceOf(NetworkError);
    await timers.advance(REQUEST_MS_MAX);
    await failed;
    if (before) api.routes.set(REFRESH, before);
    expect(await session.accessToken()).toBe("access-2");
  });

  test("logging out forgets at once, tells the server, and ends the other tabs of the account only", async () => {
    const [one, same, ben] = [page(), page(), page()];
    await ben.logIn("ben");
    await one.logIn("ann");
    await same.session.restore("id-of-ann");
    const loggedOut = one.session.logOut();
    expect(one.heard).toEqual(["ann", null, { ended: "logged_out" }]);
    expect(same.heard).toEqual(["ann", null, { ended: "logged_out" }]);
    await loggedOut;
    expect(ben.heard).toEqual(["ben"]);
    expect(api.arrived.filter(({ what }) => what === LOG_OUT).map(({ token }) => token)).toEqual(["access-2"]);
    expect(one.session.accounts()).toEqual([{ id: "id-of-ben", userName: "ben" }]);
  });

  test("logging out works without a network, and with a token that has expired", async () => {
    const { session, logIn } = page();
    await logIn("ann");
    api.reachable = false;
    await session.logOut();
    expect([session.account, session.accounts()]).toEqual([null, []]);
    api.reachable = true;
    await logIn("ann");
    await timers.advance(11 * MINUTE_MS);
    await session.logOut();
    expect(api.arrived.map(({ what }) => what).slice(-2)).toEqual([REFRESH, LOG_OUT]);
    await session.logOut();
  });

  test("logging out while a refresh is under way stays logged out", async () => {
    const { session, logIn } = page();
    await logIn("ann");
    const refreshed = session.accessToken("access-1");
    const refused = expect(refreshed).rejects.toBeInstanceOf(NotLoggedInError);
    await session.logOut();
    await refused;
    expect(session.accounts()).toEqual([]);
  });

  test("clearing the browser's data logs out", async () => {
    const { heard, logIn } = page();
    await logIn("ann");
    browser.clear();
    expect(heard).toEqual(["ann", null, { ended: "logged_out" }]);
  });
});

describe("coming back", () => {
  test("a new tab goes on as who was logged in last, without asking while the token is good", async () => {
    await page().logIn("ann");
    await timers.advance(1_000);
    await page().logIn("ben");
    const { session } = page();
    expect((await session.restore())?.user_name).toBe("ben");
    expect(await session.accessToken()).toBe("access-2");
    expect(api.count(REFRESH)).toBe(0);
  });

  test("two tabs stay two accounts, also when they are loaded again or copied", async () => {
    const [ann, ben] = [page(), page()];
    await ann.logIn("ann");
    await timers.advance(1_000);
    await ben.logIn("ben");
    expect((await page(ann.tab).session.restore())?.user_name).toBe("ann");
    expect((await page(ben.tab).session.restore())?.user_name).toBe("ben");
    expect((await page(browser.tab(ann.tab)).session.restore())?.user_name).toBe("ann");
    await ann.session.logOut();
    expect((await page(ben.tab).session.restore())?.user_name).toBe("ben");
  });

  test("who has logged out in a tab is not somebody else after loading it again", async () => {
    await page().logIn("ben");
    const { session, tab, logIn } = page();
    await logIn("ann");
    await session.logOut();
    expect(await page(tab).session.restore()).toBeNull();
    expect((await page(tab).session.restore("id-of-ben"))?.user_name).toBe("ben");
  });

  test("an old token is refreshed; one that is refused is nobody's", async () => {
    const { tab } = page();
    await page(tab).logIn("ann");
    await timers.advance(24 * 60 * MINUTE_MS);
    const back = page(tab);
    expect((await back.session.restore())?.user_name).toBe("ann");
    expect(await back.session.accessToken()).toBe("access-2");
    api.endAll("ann");
    await timers.advance(24 * 60 * MINUTE_MS);
    const late = page(tab);
    expect(await late.session.restore()).toBeNull();
    expect([late.heard, late.session.accounts()]).toEqual([[], []]);
  });

  test("without a network it is who it was", async () => {
    const { tab, logIn } = page();
    await logIn("ann");
    await timers.advance(24 * 60 * MINUTE_MS);
    api.reachable = false;
    const { session } = page(tab);
    expect((await session.restore())?.user_name).toBe("ann");
    await expect(session.accessToken()).rejects.toBeInstanceOf(NetworkError);
    api.reachable = true;
    expect(await session.accessToken()).toBe("access-2");
  });

  test("nobody, and what is no entry of ours, is nobody", async () => {
    const { session, tab } = page();
    expect(await session.restore()).toBeNull();
    for (const text of ["", "{", "null", "[]", '{"account":{"id":"x"}}'])
      browser.localStorage.setItem(`talktime:sessions:${text}`, text);
    expect(await page(tab).session.restore()).toBeNull();
    expect(session.accounts()).toEqual([]);
  });

  test("switching to an account that is refused stays with the one there is", async () => {
    await page().logIn("ben");
    const { session, heard, logIn } = page();
    await logIn("ann");
    api.endAll("ben");
    await timers.advance(9 * MINUTE_MS);
    expect(await session.restore("id-of-ben")).toBeNull();
    expect([session.account?.user_name, heard]).toEqual(["ann", ["ann"]]);
  });

  test("whoever logs in while an old login is restored stays", async () => {
    const { tab, logIn } = page();
    await logIn("ann");
    await timers.advance(9 * MINUTE_MS);
    const back = page(tab);
    const restored = back.session.restore();
    await back.logIn("ben");
    expect((await restored)?.user_name).toBe("ben");
    expect(back.heard).toEqual(["ben"]);
  });
});

describe("a clock that is wrong", () => {
  test("does not matter while the page is open", async () => {
    const { session, logIn } = page();
    timers.wallOffMs = -365 * 24 * 60 * MINUTE_MS;
    await logIn("ann");
    timers.wallOffMs = 365 * 24 * 60 * MINUTE_MS;
    expect(await session.accessToken()).toBe("access-1");
    timers.wallOffMs = 0;
    await timers.advance(9 * MINUTE_MS);
    expect(await session.accessToken()).toBe("access-2");
  });

  test("that was set back between two visits does not keep a token longer than it lives", async () => {
    const { tab, logIn } = page();
    await logIn("ann");
    timers.wallOffMs = -24 * 60 * MINUTE_MS;
    const { session } = page(tab);
    await session.restore();
    expect(await session.accessToken()).toBe("access-1");
    await timers.advance(9 * MINUTE_MS);
    expect(await session.accessToken()).toBe("access-2");
  });

  test("that was set forward only refreshes early", async () => {
    const { tab, logIn } = page();
    await logIn("ann");
    timers.wallOffMs = 24 * 60 * MINUTE_MS;
    const { session } = page(tab);
    await session.restore();
    expect(await session.accessToken()).toBe("access-2");
  });
});

test("what the server says of the account is known in all its tabs", async () => {
  const [one, other, ben] = [page(), page(), page()];
  await ben.logIn("ben");
  await one.logIn("ann");
  await other.session.restore("id-of-ann");
  const renamed = { ...accountOf("ann"), user_name: "anna" };
  one.session.learn(renamed);
  one.session.learn(renamed);
  one.session.learn({ ...accountOf("ben"), user_name: "somebody else" });
  await settled();
  expect(one.heard).toEqual(["ann", "anna"]);
  expect(other.heard).toEqual(["ann", "anna"]);
  expect(ben.heard).toEqual(["ben"]);
  expect(await one.session.accessToken()).toBe("access-2");
});

test("after closing the login is still there for the next time", async () => {
  const { session, tab, heard, logIn } = page();
  await logIn("ann");
  session.close();
  await expect(session.accessToken()).rejects.toBeInstanceOf(NotLoggedInError);
  expect(heard).toEqual(["ann"]);
  expect((await page(tab).session.restore())?.user_name).toBe("ann");
});
