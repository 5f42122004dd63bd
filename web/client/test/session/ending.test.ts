import { describe, expect, test } from "vitest";
import { NetworkError, NotLoggedInError } from "../../src/errors.js";
import { REQUEST_MS_MAX } from "../../src/rest/fetch.js";
import { json, problem } from "../fakes/api.js";
import { api, browser, LOG_OUT, MINUTE_MS, page, REFRESH, timers } from "./world.js";

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

  test("logging out while a refresh is under way ends that login, not the next one", async () => {
    const { session, logIn } = page();
    await logIn("ann");
    let free = () => {};
    api.routes.set(REFRESH, async () => {
      await new Promise<void>((resolve) => {
        free = resolve;
      });
      return problem(401, "refresh-refused");
    });
    const refused = expect(session.accessToken("access-1")).rejects.toBeInstanceOf(NotLoggedInError);
    await session.logOut();
    await logIn("ann");
    free();
    await refused;
    expect(session.account?.user_name).toBe("ann");
    expect(await session.accessToken()).toBe(browser.tab().store.get("id-of-ann")?.accessToken);
  });

  test("clearing the browser's data logs out", async () => {
    const { heard, logIn } = page();
    await logIn("ann");
    browser.clear();
    expect(heard).toEqual(["ann", null, { ended: "logged_out" }]);
  });
});
