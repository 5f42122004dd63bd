import { describe, expect, test } from "vitest";
import { MINUTE_MS, page, timers } from "./world.js";

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
