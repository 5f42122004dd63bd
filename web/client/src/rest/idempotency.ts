/** What has its effect once, however often it is asked for: requests under a key of the client's making. */

import type { Timers } from "../clock.js";
import { NetworkError, ProblemError } from "../errors.js";
import type { Fetch } from "./fetch.js";

export const KEY_HEADER = "Idempotency-Key";

/** For so long, in all, is waited for a request of the same key that is still being carried out. */
export const IN_USE_MS_MAX = 30_000;

const KEY_BYTES = 16;
const CONFLICT = 409;
const SERVER_ERROR = 500;
const SECOND_MS = 1_000;

/** Return a new one: a random UUID (RFC 9562, version 4). Not `crypto.randomUUID`: a page without https has none. */
export function newIdempotencyKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(KEY_BYTES));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

/** Whether it may have been done although nobody said so: then ask again under the same key, or look what there is. */
export function mayBeDone(error: unknown): boolean {
  if (!(error instanceof ProblemError)) return error instanceof NetworkError;
  return error.status >= SERVER_ERROR || error.type === "idempotency-key-in-use";
}

/** Where the first request of a key is still being carried out, ask for its answer until it is there. */
export function patient(fetch: Fetch, timers: Timers): Fetch {
  return async (request) => {
    if (!request.headers.has(KEY_HEADER)) return fetch(request);
    const untilMs = timers.now() + IN_USE_MS_MAX;
    let next = request;
    for (;;) {
      const again = next.clone();
      const answer = await fetch(next);
      const waitMs = waitMsOf(answer);
      if (waitMs === null || timers.now() + waitMs > untilMs) return answer;
      await pause(waitMs, timers, request.signal);
      next = again;
    }
  };
}

/** Null where there is nothing to wait for. */
function waitMsOf({ status, headers }: Response): number | null {
  const seconds = Number.parseInt(headers.get("retry-after") ?? "", 10);
  return status === CONFLICT && seconds >= 0 ? Math.max(1, seconds) * SECOND_MS : null;
}

/** Rejects with the signal's reason. */
function pause(ms: number, timers: Timers, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const done = () => {
      off();
      signal.removeEventListener("abort", abort);
    };
    const abort = () => {
      done();
      reject(signal.reason);
    };
    const off = timers.after(ms, () => {
      done();
      resolve();
    });
    signal.addEventListener("abort", abort);
    if (signal.aborted) abort();
  });
}
