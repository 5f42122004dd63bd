import { describe, expect, test } from "vitest";
import { NetworkError } from "../../src/errors.js";
import { api, browser, MINUTE_MS, page, REFRESH, timers } from "./world.js";

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
