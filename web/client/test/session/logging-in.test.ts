import { describe, expect, test } from "vitest";
import { NotLoggedInError, ProblemError } from "../../src/errors.js";
import { accountOf, json } from "../fakes/api.js";
import { api, page, REFRESH } from "./world.js";

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
