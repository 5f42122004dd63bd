/** What happens to every request on its way: it has a limit, and carries the token of who is logged in. */

import type { Timers } from "../clock.js";

/** `fetch`, as far as it is needed. */
export type Fetch = (request: Request) => Promise<Response>;

/** Who has the tokens, at the moment of a request. */
export interface TokenSource {
  accessToken(refused?: string): Promise<string>;
}

/** A request that has no whole answer after so long has failed; a refresh that hangs would stop all others. */
export const REQUEST_MS_MAX = 15_000;

/** Files may be long; they are on their way for longer. */
export const FILE = "text/csv";
export const FILE_MS_MAX = 300_000;

const UNAUTHORIZED = 401;

/** Rejects with `TypeError` at the limit, as `fetch` does without a network. */
export function limited(fetch: Fetch, timers: Timers): Fetch {
  return async (request) => {
    const limit = new AbortController();
    const giveUp = () => limit.abort(request.signal.reason);
    request.signal.addEventListener("abort", giveUp);
    if (request.signal.aborted) giveUp();
    const off = timers.after(limitMsOf(request), () => limit.abort(new TypeError("no answer in time")));
    try {
      return await whole(await fetch(new Request(request, { signal: limit.signal })));
    } catch (error) {
      // Not every platform rejects with the reason that it was given.
      throw limit.signal.aborted ? limit.signal.reason : error;
    } finally {
      off();
      request.signal.removeEventListener("abort", giveUp);
    }
  };
}

function limitMsOf(request: Request): number {
  return request.headers.get("Accept") === FILE ? FILE_MS_MAX : REQUEST_MS_MAX;
}

/** The answer once its body is here too. Chromium has one, an empty one, also where there is none (204). */
async function whole(answer: Response): Promise<Response> {
  const { status, statusText, headers } = answer;
  const body = await answer.blob();
  return new Response(body.size ? body : null, { status, statusText, headers });
}

/** Send it with a token, and where the server does not take that one, once more with a fresh one. */
export function authorized(fetch: Fetch, source: () => TokenSource): Fetch {
  return async (request) => {
    // Somebody else may be logged in when the answer comes: the second try is by who made the first.
    const tokens = source();
    const again = request.clone();
    const token = await tokens.accessToken();
    const answer = await fetch(withToken(request, token));
    if (answer.status !== UNAUTHORIZED) return answer;
    return fetch(withToken(again, await tokens.accessToken(token)));
  };
}

function withToken(request: Request, token: string): Request {
  request.headers.set("Authorization", `Bearer ${token}`);
  return request;
}
