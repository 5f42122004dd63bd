/** What may be asked for of lists and files. */

import { FILE } from "./fetch.js";

/** What of a list: `cursor` is the `next_cursor` of the page before, `limit` at most 100. */
export interface PageOptions {
  cursor?: string;
  limit?: number;
  signal?: AbortSignal;
}

/** Which days of a statement, by the time of booking: from the first one to the one after the last, as `2026-01-31`. */
export interface Days {
  since?: string;
  until?: string;
  signal?: AbortSignal;
}

export function asked({ signal, ...query }: PageOptions): {
  query: Omit<PageOptions, "signal">;
  signal: AbortSignal | null;
} {
  return { query, signal: signal ?? null };
}

export function file(query: Omit<Days, "signal">, signal?: AbortSignal) {
  return { params: { query }, parseAs: "blob", headers: { Accept: FILE }, signal: signal ?? null } as const;
}
