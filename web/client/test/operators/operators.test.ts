import { beforeEach, describe, expect, test } from "vitest";
import { NotLoggedInError, ProblemError } from "../../src/errors.js";
import { Operators } from "../../src/operators/index.js";
import type { Door } from "../../src/session/credentials.js";
import { MemoryStore } from "../../src/session/store.js";
import { BASE_URL, FakeApi, json, problem } from "../fakes/api.js";
import { FakeTimers } from "../fakes/timers.js";

const DOOR: Door = "/v1/operator/sessions";
const LOG_IN = `POST ${DOOR}`;
const LOG_OUT = `DELETE ${DOOR}/current`;
const FIGURES = "GET /v1/operator/figures";
const MINUTE_MS = 60_000;

let timers: FakeTimers;
let api: FakeApi;

beforeEach(() => {
  timers = new FakeTimers();
  api = new FakeApi(timers);
  for (const [method, path] of [
    ["POST", ""],
    ["DELETE", "/current"],
  ])
    api.routes.set(`${method} ${DOOR}${path}`, mustAnswer(`${method} /v1/sessions${path}`));
  api.routes.set(FIGURES, () => json(200, { accounts: 3 }));
});

function mustAnswer(what: string) {
  const answer = api.routes.get(what);
  if (!answer) throw new Error(`nobody answers ${what}`);
  return answer;
}

function desk(store = new MemoryStore()): Operators {
  return new Operators({ baseUrl: BASE_URL, store, fetch: api.fetch, timers, exclusively: (_, act) => act() });
}

describe("operators", () => {
  test("log in at their own door, and everything carries that login", async () => {
    const operators = desk();
    await operators.session.logIn({ login: "olga", password: "secret" });
    expect(await operators.api.figures()).toEqual({ accounts: 3 });
    expect(api.arrived.map(({ what, token }) => [what, token])).toEqual([
      [LOG_IN, null],
      [FIGURES, "access-1"],
    ]);
  });

  test("refresh what has expired, and hear when the server refuses", async () => {
    const operators = desk();
    const heard: string[] = [];
    operators.session.on("ended", (reason) => heard.push(reason));
    await operators.session.logIn({ login: "olga", password: "secret" });
    await timers.advance(9 * MINUTE_MS);
    await operators.api.figures();
    expect(api.arrived.at(-1)?.token).toBe("access-2");
    api.endAll("olga");
    await expect(operators.api.figures()).rejects.toBeInstanceOf(NotLoggedInError);
    expect(heard).toEqual(["refused"]);
  });

  test("log out at their own door", async () => {
    const operators = desk();
    await operators.session.logIn({ login: "olga", password: "secret" });
    await operators.session.logOut();
    expect([api.count(LOG_OUT), api.count("DELETE /v1/sessions/current")]).toEqual([1, 0]);
  });

  test("prove who they are once more: the new login takes the place of the old one, in every tab", async () => {
    const store = new MemoryStore();
    const [operators, tab] = [desk(store), desk(store)];
    await operators.session.logIn({ login: "olga", password: "secret" });
    await tab.session.restore();
    await operators.logInAgain("secret");
    await expect.poll(() => api.count(LOG_OUT)).toBe(1);
    expect(api.arrived.at(-1)).toMatchObject({ what: LOG_OUT, token: "access-1" });
    await operators.api.figures();
    await tab.api.figures();
    expect(api.arrived.at(-1)?.token).toBe("access-2");
  });

  test("stay logged in as they were where the password is wrong", async () => {
    const operators = desk();
    await operators.session.logIn({ login: "olga", password: "secret" });
    api.routes.set(LOG_IN, () => problem(401, "wrong-credentials"));
    await expect(operators.logInAgain("wrong")).rejects.toBeInstanceOf(ProblemError);
    await operators.api.figures();
    expect(api.arrived.at(-1)?.token).toBe("access-1");
    expect(api.count(LOG_OUT)).toBe(0);
  });

  test("send amounts under a key, and reasons with every act", async () => {
    const operators = desk();
    await operators.session.logIn({ login: "olga", password: "secret" });
    api.routes.set("POST /v1/operator/accounts/a/adjustments", () => json(200, { id: "adjustment" }));
    api.routes.set("POST /v1/operator/accounts/a/block", () => json(200, { id: "a" }));
    await operators.money.adjust("a", { amountMinor: -250, reason: "paid twice", key: "key" });
    expect(api.arrived.at(-1)?.headers.get("idempotency-key")).toBe("key");
    expect(api.arrived.at(-1)?.body).toEqual({ amount_minor: -250, reason: "paid twice" });
    const moved = { amountMinor: 30, reason: "bad line", key: "other" };
    for (const [what, act] of [
      ["/calls/c/refunds", () => operators.money.refundCall("c", moved)],
      ["/payments/p/refunds", () => operators.money.refundPayment("p", moved)],
      [
        "/accounts/a/payouts",
        () => operators.money.payOut("a", { amountMinor: 30, reference: "bank 17", key: "other" }),
      ],
    ] as const) {
      api.routes.set(`POST /v1/operator${what}`, () => json(200, {}));
      await act();
      const { body, headers } = api.arrived.at(-1) ?? {};
      const why = what.endsWith("payouts") ? { reference: "bank 17" } : { reason: "bad line" };
      expect([body, headers?.get("idempotency-key")]).toEqual([{ amount_minor: 30, ...why }, "other"]);
    }
    api.routes.set("PUT /v1/operator/accounts/a/asking-price", () => json(200, {}));
    await operators.money.setAskingPrice("a", { priceMinor: null, earningShareBp: 7_000, reason: "expert" });
    expect(api.arrived.at(-1)?.body).toEqual({ price_minor: null, earning_share_bp: 7_000, reason: "expert" });
    await operators.api.change("a", "block", "abuse");
    expect(api.arrived.at(-1)?.body).toEqual({ reason: "abuse" });
  });
});
