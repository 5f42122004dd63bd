import { expect, test } from "vitest";
import { NetworkError, ProblemError } from "../../src/errors.js";
import { Attempt } from "../../src/rest/attempt.js";

const LOST = new NetworkError();
const AWAY = new ProblemError({ type: "unavailable", status: 503 });
const IN_USE = new ProblemError({ type: "idempotency-key-in-use", status: 409 });
const POOR = new ProblemError({ type: "insufficient-funds", status: 409 });
const OLD_LOGIN = new ProblemError({ type: "login-too-old", status: 403 });

/** Try it once for each of these ends; null is a success. Returns which keys were used, and what was uncertain. */
async function tries(...ends: (Error | null)[]) {
  const attempt = new Attempt();
  const keys: string[] = [];
  const uncertain: boolean[] = [];
  for (const end of ends) {
    const sent = attempt.send(async (key) => {
      keys.push(key);
      if (end) throw end;
      return "done";
    });
    if (end) await expect(sent).rejects.toBe(end);
    else expect(await sent).toBe("done");
    uncertain.push(attempt.uncertain);
  }
  return { distinct: new Set(keys).size, uncertain };
}

test.each([LOST, AWAY, IN_USE])("what may be done is tried again under its key: %s", async (error) => {
  expect(await tries(error, error, null)).toEqual({ distinct: 1, uncertain: [true, true, false] });
});

test("what is done once is done again only as another thing", async () => {
  expect((await tries(null, null)).distinct).toBe(2);
});

test("what the server has refused for good under one key is tried under another", async () => {
  expect(await tries(POOR, null)).toEqual({ distinct: 2, uncertain: [false, false] });
  expect(await tries(LOST, POOR)).toEqual({ distinct: 1, uncertain: [true, false] });
});

test("a refusal that says nothing of the try before leaves that uncertain, and the key", async () => {
  expect(await tries(LOST, OLD_LOGIN, null)).toEqual({ distinct: 1, uncertain: [true, true, false] });
  expect(await tries(OLD_LOGIN, null)).toEqual({ distinct: 1, uncertain: [false, false] });
});
