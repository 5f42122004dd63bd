import { describe, expect, test } from "vitest";
import { accountOf, json } from "../fakes/api.js";
import { settled } from "../fakes/timers.js";
import { api, browser, MINUTE_MS, page, REFRESH, timers, WITHOUT_LOCKS } from "./world.js";

describe("one refresh", () => {
  test("serves all who wait", async () => {
    const { session, logIn } = page();
    await logIn("ann");
    await timers.advance(9 * MINUTE_MS);
    const tokens = await Promise.all(Array.from({ length: 10 }, () => session.accessToken()));
    expect(new Set(tokens)).toEqual(new Set(["access-2"]));
    expect(api.count(REFRESH)).toBe(1);
  });

  test("serves all who wait in a tab without locks too", async () => {
    const { session, logIn } = page(undefined, WITHOUT_LOCKS);
    await logIn("ann");
    await Promise.all(Array.from({ length: 10 }, () => session.accessToken("access-1")));
    expect(api.count(REFRESH)).toBe(1);
  });

  test("that is late does not take the place of a newer login", async () => {
    const one = page();
    await one.logIn("ann");
    let free = () => {};
    const refresh = api.routes.get(REFRESH);
    api.routes.set(REFRESH, async (arrived) => {
      await new Promise<void>((resolve) => {
        free = resolve;
      });
      return (await refresh?.(arrived)) as Response;
    });
    const token = one.session.accessToken("access-1");
    await settled();
    const other = page();
    await other.logIn("ann");
    free();
    expect(await token).toBe("access-2");
    expect(browser.tab().store.get("id-of-ann")?.refreshToken).toBe("refresh-2");
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
