import { beforeEach, describe, expect, test } from "vitest";
import { NetworkError, NotLoggedInError, ProblemError } from "../../src/errors.js";
import { Api } from "../../src/rest/api.js";
import { authorized, FILE_MS_MAX, limited, REQUEST_MS_MAX, type TokenSource } from "../../src/rest/fetch.js";
import { createHttp } from "../../src/rest/http.js";
import { eachItem } from "../../src/rest/pages.js";
import { accountOf, BASE_URL, FakeApi, json, problem } from "../fakes/api.js";
import { walletState } from "../fakes/socket.js";
import { FakeTimers } from "../fakes/timers.js";

let world = newWorld();

beforeEach(() => {
  world = newWorld();
});

/** The API of somebody whose tokens are whatever the test says. */
function newWorld() {
  const timers = new FakeTimers();
  const server = new FakeApi(timers);
  const who = { id: "ann" as string | null };
  const told: unknown[] = [];
  const tokens: TokenSource = { accessToken: async (refused) => (refused ? "fresh" : "token") };
  const source = { tokens: (): TokenSource => tokens };
  const fetch = limited(server.fetch, timers);
  const own = authorized(fetch, () => source.tokens());
  const api = new Api(
    { open: createHttp(BASE_URL, fetch), own: createHttp(BASE_URL, own) },
    {
      accountId: () => who.id,
      account: (account) => told.push(account),
      wallet: (state) => told.push(state),
    },
  );
  server.knows("token", "fresh");
  return { timers, server, api, who, told, source };
}

/** The server answers one after another, the last one for good. */
function answers(what: string, ...each: (() => Response)[]) {
  let asked = 0;
  world.server.routes.set(what, () => {
    const answer = each[Math.min(asked, each.length - 1)];
    asked += 1;
    if (!answer) throw new Error("nothing to answer");
    return answer();
  });
}

describe("a request", () => {
  test("may be answered by nothing, which Chromium calls an empty body", async () => {
    const nothing = new Response(null, { status: 204 });
    Object.defineProperty(nothing, "body", { value: new Blob().stream() });
    answers("DELETE /v1/sessions", () => nothing);
    await expect(world.api.endOtherSessions()).resolves.toBeUndefined();
  });

  test("carries the token, and what was asked for", async () => {
    const { api, server } = world;
    answers("GET /v1/calls", () => json(200, { items: [], next_cursor: null }));
    await api.calls({ direction: "incoming", outcome: ["missed", "declined"], cursor: "abc", limit: 5 });
    const [arrived] = server.arrived;
    expect(arrived?.token).toBe("token");
    expect(arrived?.url.search).toBe("?cursor=abc&limit=5&direction=incoming&outcome=missed&outcome=declined");
    answers("GET /v1/people", () => json(200, { items: [], next_cursor: null }));
    await api.people({ name: "b%_&n" });
    expect(server.arrived.at(-1)?.url.searchParams.get("q")).toBe("b%_&n");
    answers("GET /v1/people/a.b", () => json(200, { id: "1", user_name: "a.b" }));
    expect(await api.person("a.b")).toEqual({ id: "1", user_name: "a.b" });
  });

  test("is there for each thing that is done with the lists of people", async () => {
    const { api, server } = world;
    const nothing = () => new Response(null, { status: 204 });
    const people = () => json(200, { items: [{ id: "ben", user_name: "ben" }], next_cursor: null });
    for (const list of ["blocklist", "contacts"]) {
      answers(`GET /v1/me/${list}`, people);
      for (const method of ["PUT", "DELETE"]) answers(`${method} /v1/me/${list}/ben`, nothing);
    }
    expect((await api.blocklist({ limit: 5 })).items).toHaveLength(1);
    expect((await api.contacts({ cursor: "abc" })).items).toHaveLength(1);
    await api.putOnBlocklist("ben");
    await api.takeOffBlocklist("ben");
    await api.putInContacts("ben");
    await api.takeOutOfContacts("ben");
    expect(server.arrived.map(({ url }) => url.pathname + url.search)).toEqual([
      "/v1/me/blocklist?limit=5",
      "/v1/me/contacts?cursor=abc",
      ...Array(2).fill("/v1/me/blocklist/ben"),
      ...Array(2).fill("/v1/me/contacts/ben"),
    ]);
  });

  test("is there for limits, quotes, earnings and their files", async () => {
    const { api, server } = world;
    const page = () => json(200, { items: [], next_cursor: null });
    const csv = () => new Response("seq\r\n", { headers: { "content-type": "text/csv; charset=utf-8" } });
    for (const what of ["GET /v1/me/limits", "PATCH /v1/me/limits", "GET /v1/calls/quote", "GET /v1/earnings"])
      answers(what, () => json(200, {}));
    answers("GET /v1/earnings/entries", page);
    for (const what of ["GET /v1/wallet/entries.csv", "GET /v1/earnings/entries.csv"]) answers(what, csv);
    await api.limits();
    await api.changeLimits({ call_ms_max: null, current_password: "secret" });
    expect(server.arrived.at(-1)?.body).toEqual({ call_ms_max: null, current_password: "secret" });
    await api.quote();
    await api.quote({ id: "1" });
    await api.quote({ userName: "ben" });
    await api.earnings();
    await api.earningEntries({ limit: 5 });
    expect(await (await api.entriesFile({ since: "2026-01-01" })).text()).toBe("seq\r\n");
    expect(server.arrived.at(-1)?.headers.get("accept")).toBe("text/csv");
    await api.earningEntriesFile({ until: "2026-02-01" });
    expect(server.arrived.map(({ url }) => url.pathname.slice(3) + url.search)).toEqual([
      "/me/limits",
      "/me/limits",
      "/calls/quote",
      "/calls/quote?callee_id=1",
      "/calls/quote?callee_user_name=ben",
      "/earnings",
      "/earnings/entries?limit=5",
      "/wallet/entries.csv?since=2026-01-01",
      "/earnings/entries.csv?until=2026-02-01",
    ]);
  });

  test("of the installation needs nobody's token", async () => {
    const { api, server, source } = world;
    source.tokens = () => {
      throw new NotLoggedInError();
    };
    answers("GET /v1/installation", () => json(200, { currency: "EUR" }));
    expect(await api.installation()).toEqual({ currency: "EUR" });
    expect(server.arrived[0]?.token).toBeNull();
    await expect(api.me()).rejects.toBeInstanceOf(NotLoggedInError);
    expect(server.arrived.length).toBe(1);
  });

  test("whose token is not taken is made once more with a fresh one, whole", async () => {
    const { api, server } = world;
    answers(
      "POST /v1/payments",
      () => problem(401, "unauthenticated"),
      () => json(201, { id: "payment" }),
    );
    expect(await api.createPayment(500, "key")).toEqual({ id: "payment" });
    expect(server.arrived.map(({ token, body }) => [token, body])).toEqual([
      ["token", { amount_minor: 500 }],
      ["fresh", { amount_minor: 500 }],
    ]);
    expect(server.arrived.map(({ headers }) => headers.get("idempotency-key"))).toEqual(["key", "key"]);
  });

  test("whose fresh token is not taken either is a problem", async () => {
    const { api, server } = world;
    answers("GET /v1/wallet", () => problem(401, "unauthenticated"));
    await expect(api.wallet()).rejects.toMatchObject({ type: "unauthenticated", status: 401 });
    expect(server.count("GET /v1/wallet")).toBe(2);
  });

  test("is made again by who made it, not by who is logged in by then", async () => {
    const { api, server, source } = world;
    const bens: TokenSource = { accessToken: async () => "ben's" };
    answers(
      "POST /v1/payments",
      () => {
        source.tokens = () => bens;
        return problem(401, "unauthenticated");
      },
      () => json(201, { id: "payment" }),
    );
    await api.createPayment(500);
    expect(server.arrived.map(({ token }) => token)).toEqual(["token", "fresh"]);
  });

  test("that is aborted rejects with the reason it was given", async () => {
    const { api, server, timers } = world;
    server.routes.set("GET /v1/people", () => new Promise(() => {}));
    const abort = new AbortController();
    const asked = api.people({ name: "ben", signal: abort.signal });
    await timers.advance(0);
    abort.abort(new Error("typed on"));
    await expect(asked).rejects.toThrow("typed on");
    expect(timers.waiting).toBe(0);
    await expect(api.people({ name: "ben", signal: abort.signal })).rejects.toThrow("typed on");
  });

  test("has a limit", async () => {
    const { api, server, timers } = world;
    server.routes.set("GET /v1/me", () => new Promise(() => {}));
    const failed = expect(api.me()).rejects.toBeInstanceOf(NetworkError);
    await timers.advance(REQUEST_MS_MAX);
    await failed;
    expect(timers.waiting).toBe(0);
  });

  test("for a file has a longer limit, and a refusal of it is a problem like others", async () => {
    const { api, server, timers } = world;
    server.routes.set("GET /v1/wallet/entries.csv", () => new Promise(() => {}));
    const failed = expect(api.entriesFile()).rejects.toBeInstanceOf(NetworkError);
    await timers.advance(REQUEST_MS_MAX);
    expect(timers.waiting).toBe(1);
    await timers.advance(FILE_MS_MAX);
    await failed;
    answers("GET /v1/wallet/entries.csv", () => problem(429, "too-many-requests"));
    await expect(api.entriesFile()).rejects.toMatchObject({ type: "too-many-requests" });
  });

  test("has a limit for the body of its answer too", async () => {
    const { api, server, timers } = world;
    // As the platform's own: what aborts the request aborts the body.
    const stuck = (signal: AbortSignal) =>
      new ReadableStream({ start: (body) => signal.addEventListener("abort", () => body.error(signal.reason)) });
    server.routes.set("GET /v1/me", ({ signal }) => new Response(stuck(signal)));
    const failed = expect(api.me()).rejects.toBeInstanceOf(NetworkError);
    await timers.advance(REQUEST_MS_MAX);
    await failed;
  });
});

describe("a failure", () => {
  test("of fields names each", async () => {
    const errors = [
      { field: "email", message: "Somebody else has it" },
      { field: "", message: "Too long" },
    ];
    answers("PATCH /v1/me", () => problem(422, "invalid-fields", { errors }));
    const error = await world.api.updateMe({ email: "x" }).catch((thrown) => thrown);
    expect(error).toBeInstanceOf(ProblemError);
    expect(error).toMatchObject({ name: "ProblemError", type: "invalid-fields", status: 422, detail: null });
    expect(error.fields).toEqual({ email: "Somebody else has it", "": "Too long" });
    expect(error.message).toBe("invalid-fields");
  });

  test("says when to come back, and all else that the API said", async () => {
    const more = { detail: "Too many attempts.", balance_minor: 7 };
    answers("PUT /v1/me/password", () => problem(429, "too-many-requests", more, { "retry-after": "17" }));
    const change = { current_password: "a", new_password: "b" };
    const error = await world.api.changePassword(change).catch((thrown) => thrown);
    expect(error).toMatchObject({
      type: "too-many-requests",
      retryAfterSeconds: 17,
      message: "Too many attempts.",
    });
    expect(error.problem.balance_minor).toBe(7);
  });

  test.each([
    ["a proxy's page", () => new Response("<h1>Bad gateway</h1>", { status: 502 })],
    ["somebody else's problem", () => json(502, { type: "about:blank", title: "Bad gateway" })],
    ["nothing", () => new Response(null, { status: 502 })],
    ["a list", () => json(502, [])],
  ])("that is %s is a problem of no known type", async (_, answer) => {
    answers("GET /v1/me", answer);
    const refused = { type: "unknown", status: 502, problem: null, retryAfterSeconds: null };
    await expect(world.api.me()).rejects.toMatchObject(refused);
  });

  test.each([
    ["the network", () => Promise.reject(new TypeError("fetch failed"))],
    ["an answer that is not the API's", () => new Response("<h1>Welcome to our hotel</h1>")],
  ])("of %s is a network error", async (_, answer) => {
    world.server.routes.set("GET /v1/me", answer);
    await expect(world.api.me()).rejects.toBeInstanceOf(NetworkError);
  });
});

describe("what is told on the way", () => {
  test("is the account, and the wallet", async () => {
    const { api, told } = world;
    answers("GET /v1/me", () => json(200, accountOf("ann")));
    answers("PATCH /v1/me", () => json(200, accountOf("anna")));
    answers("GET /v1/wallet", () => json(200, walletState(3)));
    expect([await api.me(), await api.updateMe({ user_name: "anna" }), await api.wallet()]).toEqual(told);
  });

  test("is not the wallet of who was logged in before", async () => {
    const { api, told, who } = world;
    answers("GET /v1/wallet", () => {
      who.id = "ben";
      return json(200, walletState(3));
    });
    await api.wallet();
    expect(told).toEqual([]);
  });
});

test("walking through a list asks for one page after another, and for none too many", async () => {
  const { api, server } = world;
  server.routes.set("GET /v1/payments", ({ url }) => {
    const from = Number(url.searchParams.get("cursor") || "0");
    return json(200, { items: [{ id: from }, { id: from + 1 }], next_cursor: from < 4 ? String(from + 2) : null });
  });
  const ids = [];
  for await (const { id } of eachItem((cursor) => api.payments({ cursor, limit: 2 }))) ids.push(id);
  expect(ids).toEqual([0, 1, 2, 3, 4, 5]);
  expect(server.arrived.length).toBe(3);
  for await (const { id } of eachItem((cursor) => api.payments({ cursor }))) if (id) break;
  expect(server.arrived.length).toBe(4);
});
