/** The one way to the API: typed by its OpenAPI document, and every failure a typed error. */

import createClient, { type Client } from "openapi-fetch";
import { NetworkError, ProblemError } from "../errors.js";
import type { paths } from "../generated/rest.js";
import type { Fetch } from "./fetch.js";
import type { Problem, ProblemType } from "./types.js";

export type Http = Client<paths>;

const URN = "urn:talktime:problem:";

export function createHttp(baseUrl: string, fetch: Fetch): Http {
  return createClient<paths>({ baseUrl, fetch });
}

/** What was answered. Rejects with `ProblemError`, `NetworkError`, or the reason of the signal that aborted it. */
export async function answered<Data>(
  asked: Promise<{ data?: Data | undefined; error?: unknown; response: Response }>,
): Promise<Data> {
  const { data, error, response } = await asked.catch(notAnswered);
  if (!response.ok) throw problemOf(error, response);
  return data as Data;
}

function notAnswered(cause: unknown): never {
  // Not the API's JSON, which a network's log-in page may answer with status 200, is no answer either.
  if (cause instanceof TypeError || cause instanceof SyntaxError) throw new NetworkError(undefined, { cause });
  throw cause;
}

function problemOf(body: unknown, response: Response): ProblemError {
  const { status } = response;
  const seconds = Number.parseInt(response.headers.get("retry-after") ?? "", 10);
  const later = seconds >= 0 ? { retryAfterSeconds: seconds } : {};
  if (!isProblem(body)) return new ProblemError({ type: "unknown", status, ...later });
  return new ProblemError({ type: slugOf(body), status, problem: body, ...later });
}

function isProblem(body: unknown): body is Problem {
  return typeof body === "object" && body !== null && "type" in body && String(body.type).startsWith(URN);
}

function slugOf(problem: Problem): ProblemType {
  return problem.type.slice(URN.length) as ProblemType;
}
