import { beforeEach, describe, expect, test } from "vitest";
import { NetworkError, ProblemError } from "../../src/errors.js";
import { Api } from "../../src/rest/api.js";
import { limited } from "../../src/rest/fetch.js";
import { createHttp } from "../../src/rest/http.js";
import { IN_USE_MS_MAX, mayBeDone, newIdempotencyKey, patient } from "../../src/rest/idempotency.js";
import { BASE_URL, FakeApi, json, problem } from "../fakes/api.js";
import { FakeTimers } from "../fakes/timers.js";

const PAY = "POST /v1/payments";
const SECOND_MS = 1_000;

let timers: FakeTimers;
let server: FakeApi;
let api: Api;

beforeEach(() => {
  timers = new FakeTimers();
  server = new FakeApi(timers);
  const http = createHttp(BASE_URL, patient(limited(server.fetch, timers), timers));
  api = new Api({ open: http, own: http }, { accountId: () => null, account() {}, wallet() {} });
});

function inUse(seconds = 2): Response {
  return problem(409, "idempotency-key-in-use", {}, { "retry-after": String(seconds) });
}

/** The server is busy with it so many times, then has the answer. */
function busy(times: number): void {
  server.routes.set(PAY, () => (server.count(PAY) > times ? json(201, { id: "payment" }) : inUse()));
}

describe("a request whose key is in use", () => {
  test("is asked again as soon as the server says, the same as before, until it is answered", async () => {
    busy(2);
    const asked = api.createPayment(500, "key");
    await timers.advance(2 * SECOND_MS - 1);
    expect(server.count(PAY)).toBe(1);
    await timers.advance(2 * SECOND_MS + 1);
    expect(await asked).toEqual({ id: "payment" });
    expect(server.arrived.map(({ body }) => body)).toEqual(Array(3).fill({ amount_minor: 500 }));
    expect(server.arrived.map(({ headers }) => headers.get("idempotency-key"))).toEqual(Array(3).fill("key"));
    expect(timers.waiting).toBe(0);
  });

  test("is given up in the end, and may be done all the same", async () => {
    busy(1_000);
    const failed = api.createPayment(500, "key").catch((error: unknown) => error);
    await timers.advance(IN_USE_MS_MAX);
    const error = await failed;
    expect(error).toMatchObject({ type: "idempotency-key-in-use", retryAfterSeconds: 2 });
    expect(mayBeDone(error)).toBe(true);
    expect(timers.waiting).toBe(0);
  });

  test("is not asked for without a pause, whatever the server says", async () => {
    server.routes.set(PAY, () => (server.count(PAY) > 1 ? json(201, {}) : inUse(0)));
    const asked = api.createPayment(500);
    await timers.advance(0);
    expect(server.count(PAY)).toBe(1);
    await timers.advance(SECOND_MS);
    await asked;
  });

  test("is not waited for by who gave up", async () => {
    const fetch = patient(async () => inUse(), timers);
    const abort = new AbortController();
    const given = { method: "POST", headers: { "Idempotency-Key": "key" }, signal: abort.signal };
    const asked = fetch(new Request(`${BASE_URL}/v1/payments`, given));
    await timers.advance(SECOND_MS);
    abort.abort(new Error("closed"));
    await expect(asked).rejects.toThrow("closed");
    expect(timers.waiting).toBe(0);
  });
});

test.each([
  ["another conflict", () => problem(409, "insufficient-funds")],
  ["too much at once", () => problem(429, "too-many-requests", {}, { "retry-after": "2" })],
])("%s is an answer", async (_, answer) => {
  server.routes.set(PAY, answer);
  await expect(api.createPayment(500)).rejects.toBeInstanceOf(ProblemError);
  expect([server.count(PAY), timers.waiting]).toEqual([1, 0]);
});

test("every request is another one, unless a key says that it is the same", async () => {
  server.routes.set(PAY, () => json(201, {}));
  await api.createPayment(500);
  await api.createPayment(500);
  const keys = server.arrived.map(({ headers }) => headers.get("idempotency-key"));
  expect(new Set(keys).size).toBe(2);
});

test("keys are random UUIDs", () => {
  const keys = Array.from({ length: 100 }, newIdempotencyKey);
  expect(new Set(keys).size).toBe(keys.length);
  for (const key of keys)
    expect(key).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
});

describe("what failed", () => {
  test.each([
    ["no answer", new NetworkError()],
    ["a part that is away", new ProblemError({ type: "unavailable", status: 503 })],
    ["a proxy's answer", new ProblemError({ type: "unknown", status: 502 })],
  ])("with %s may be done", (_, error) => expect(mayBeDone(error)).toBe(true));

  test.each([
    ["a refusal", new ProblemError({ type: "insufficient-funds", status: 409 })],
    ["something else", new Error("something else")],
  ])("with %s is not done", (_, error) => expect(mayBeDone(error)).toBe(false));
});
