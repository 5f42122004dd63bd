import { ProblemError } from "@talktime/client";
import { describe, expect, it, vi } from "vitest";
import { NotProvedError, proved, waiting } from "../../src/operators/proving.js";

const tooOld = new ProblemError({ type: "login-too-old", status: 403 });

/** An act that the server refuses so often before it does it. */
function refusedFor(times: number) {
  const act = vi.fn(async () => "done");
  for (let time = 0; time < times; time += 1) act.mockRejectedValueOnce(tooOld);
  return act;
}

async function asked() {
  await vi.waitFor(() => expect(waiting.value).not.toBeNull());
  return waiting.value;
}

describe("what moves money", () => {
  it("is done at once where the login is recent", async () => {
    const act = refusedFor(0);
    expect(await proved(act)).toBe("done");
    expect(waiting.value).toBeNull();
    expect(act).toHaveBeenCalledTimes(1);
  });

  it("waits for the password where it is not, and is then done", async () => {
    const act = refusedFor(1);
    const doing = proved(act);
    const question = await asked();
    expect(act).toHaveBeenCalledTimes(1);
    question?.proved();
    expect(await doing).toBe("done");
    expect(act).toHaveBeenCalledTimes(2);
    expect(waiting.value).toBeNull();
  });

  it("is not done without the password", async () => {
    const act = refusedFor(1);
    const doing = proved(act);
    (await asked())?.giveUp();
    await expect(doing).rejects.toBeInstanceOf(NotProvedError);
    expect(act).toHaveBeenCalledTimes(1);
    expect(waiting.value).toBeNull();
  });

  it("asks no third time", async () => {
    const doing = proved(refusedFor(2));
    (await asked())?.proved();
    await expect(doing).rejects.toBe(tooOld);
    expect(waiting.value).toBeNull();
  });

  it("fails as it fails for any other reason", async () => {
    const error = new ProblemError({ type: "own-account", status: 403 });
    await expect(proved(() => Promise.reject(error))).rejects.toBe(error);
    expect(waiting.value).toBeNull();
  });

  it("gives up what waits when another act asks", async () => {
    const [first, second] = [proved(refusedFor(1)), asked().then(() => proved(refusedFor(1)))];
    await expect(first).rejects.toBeInstanceOf(NotProvedError);
    (await asked())?.proved();
    expect(await second).toBe("done");
  });
});
