/** The API as far as sessions go: tokens expire, refresh tokens are replaced by their use. */

import type { Fetch } from "../../src/rest/fetch.js";
import type { Account } from "../../src/rest/types.js";
import type { FakeTimers } from "./timers.js";

export const BASE_URL = "https://talktime.example";

/** A request as it arrived. */
export interface Arrived {
  what: string;
  token: string | null;
  body: unknown;
  url: URL;
  headers: Headers;
  signal: AbortSignal;
}

type Answering = (arrived: Arrived) => Response | Promise<Response>;

interface Login {
  account: Account;
  accessToken: string;
  accessUntilMs: number;
  /** When each refresh token was replaced, if it was. */
  refreshTokens: Map<string, number | null>;
  ended: boolean;
}

export class FakeApi {
  readonly arrived: Arrived[] = [];
  /** A test's own answers, by method and path. */
  readonly routes = new Map<string, Answering>();
  /** While false nothing gets through. */
  reachable = true;
  accessSeconds = 600;
  graceMs = 0;
  readonly #timers: FakeTimers;
  readonly #logins: Login[] = [];
  readonly #known = new Set<string>();
  #serial = 0;

  constructor(timers: FakeTimers) {
    this.#timers = timers;
    this.routes.set("POST /v1/accounts", ({ body }) =>
      json(201, accountOf((body as { user_name: string }).user_name)),
    );
    this.routes.set("POST /v1/sessions", ({ body }) => this.#open((body as { login: string }).login));
    this.routes.set("POST /v1/sessions/refresh", ({ body }) =>
      this.#refresh((body as { refresh_token: string }).refresh_token),
    );
    this.routes.set("DELETE /v1/sessions/current", ({ token }) => this.#end(token));
    this.routes.set("GET /v1/me", ({ token }) => json(200, this.#live(token)?.account));
  }

  readonly fetch: Fetch = async (request) => {
    request.signal.throwIfAborted();
    const url = new URL(request.url);
    const what = `${request.method} ${url.pathname}`;
    const token = request.headers.get("authorization")?.replace("Bearer ", "") ?? null;
    const text = await request.text();
    const body = text ? JSON.parse(text) : null;
    const { headers, signal } = request;
    const arrived = { what, token, body, url, headers, signal };
    if (!this.reachable) throw new TypeError("fetch failed");
    this.arrived.push(arrived);
    if (token && !this.#live(token) && !this.#known.has(token)) return problem(401, "unauthenticated");
    const answer = this.routes.get(what);
    if (!answer) throw new Error(`nobody answers ${what}`);
    return new Promise((resolve, reject) => {
      request.signal.addEventListener("abort", () => reject(request.signal.reason));
      Promise.resolve(answer(arrived)).then(resolve, reject);
    });
  };

  /** How often this was asked. */
  count(what: string): number {
    return this.arrived.filter((each) => each.what === what).length;
  }

  /** These tokens are good, whoever they are of. */
  knows(...tokens: string[]): void {
    for (const token of tokens) this.#known.add(token);
  }

  /** The account is logged out from afar, or disabled. */
  endAll(userName: string): void {
    for (const login of this.#logins) if (login.account.user_name === userName) login.ended = true;
  }

  /** No access token of today is taken any more, however long it should last. */
  refuseAccessTokens(): void {
    for (const login of this.#logins) login.accessUntilMs = 0;
  }

  #open(userName: string): Response {
    const login: Login = {
      account: accountOf(userName),
      accessToken: "",
      accessUntilMs: 0,
      refreshTokens: new Map(),
      ended: false,
    };
    this.#logins.push(login);
    return json(200, { ...this.#issue(login), session_id: `session-${this.#serial}`, account: login.account });
  }

  #refresh(token: string): Response {
    const login = this.#logins.find(({ refreshTokens }) => refreshTokens.has(token));
    if (!login || login.ended) return problem(401, "refresh-refused");
    const replacedAtMs = login.refreshTokens.get(token) ?? null;
    login.ended = replacedAtMs !== null && this.#timers.now() - replacedAtMs > this.graceMs;
    if (login.ended) return problem(401, "refresh-refused");
    login.refreshTokens.set(token, replacedAtMs ?? this.#timers.now());
    return json(200, this.#issue(login));
  }

  #end(token: string | null): Response {
    const login = this.#live(token);
    if (login) login.ended = true;
    return new Response(null, { status: 204 });
  }

  #live(token: string | null): Login | undefined {
    const now = this.#timers.now();
    return this.#logins.find((each) => each.accessToken === token && each.accessUntilMs > now && !each.ended);
  }

  #issue(login: Login): object {
    this.#serial += 1;
    const [access_token, refresh_token] = [`access-${this.#serial}`, `refresh-${this.#serial}`];
    login.accessToken = access_token;
    login.accessUntilMs = this.#timers.now() + this.accessSeconds * 1000;
    login.refreshTokens.set(refresh_token, null);
    // The server's clock is right: the page's own may be anything.
    const expires = { expires_at: "2000-01-01T00:00:00Z", expires_in: this.accessSeconds };
    return { access_token, refresh_token, token_type: "Bearer", ...expires };
  }
}

export function accountOf(userName: string): Account {
  return {
    id: `id-of-${userName}`,
    user_name: userName,
    email: `${userName}@example.com`,
    is_operator: false,
    relay_only: false,
    calls_from: "everybody",
    do_not_disturb: false,
    presence_to: "callers",
    last_seen_shared: false,
    created_at: "2026-01-01T00:00:00Z",
  };
}

export function json(status: number, body: unknown, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify(body), {
    status,
    headers: { "content-type": "application/json", ...headers },
  });
}

export function problem(
  status: number,
  slug: string,
  more: object = {},
  headers: Record<string, string> = {},
): Response {
  return json(status, { type: `urn:talktime:problem:${slug}`, title: slug, status, ...more }, headers);
}
