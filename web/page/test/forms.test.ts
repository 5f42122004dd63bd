import { NetworkError, ProblemError } from "@talktime/client";
import { describe, expect, it } from "vitest";
import { failureText } from "../src/failures.js";
import { fieldTexts, stillWrong } from "../src/forms.js";
import en from "../src/texts/en/index.js";
import "./english.js";

const { fields, ...problems } = en.problems;

function problem(slug: string, status: number, errors: Record<string, string> = {}): ProblemError {
  const type = `urn:talktime:problem:${slug}`;
  return new ProblemError({
    type: slug as ProblemError["type"],
    status,
    problem: {
      type,
      title: slug,
      status,
      errors: Object.entries(errors).map(([field, message]) => ({ field, message })),
    } as NonNullable<ProblemError["problem"]>,
  });
}

describe("what is wrong with a field", () => {
  it("is said in words for people", () => {
    const refused = problem("invalid-fields", 422, {
      email: "An email address must have an @-sign.",
      user_name: "Expected `str` matching regex",
      password: "Expected `str` of length >= 10",
    });
    expect(fieldTexts(refused)).toEqual({
      email: fields.email,
      user_name: fields.userName,
      password: fields.passwordShort(10),
    });
  });

  it("tells taken from malformed", () => {
    const taken = problem("already-taken", 409, { email: "taken", user_name: "taken" });
    expect(fieldTexts(taken)).toEqual({ email: fields.emailTaken, user_name: fields.userNameTaken });
  });

  it("is said beside the password where that proves nothing", () => {
    expect(fieldTexts(problem("wrong-password", 403)).current_password).toBe(fields.passwordWrong);
    const long = problem("invalid-fields", 422, { new_password: "Expected `str` of length <= 256" });
    expect(fieldTexts(long)).toEqual({ new_password: fields.passwordLong });
    const easy = problem("invalid-fields", 422, { password: "Too easy to guess: it is a run of keys" });
    expect(fieldTexts(easy)).toEqual({ password: fields.passwordEasy });
  });

  it("is the API's own word where we have no better one, and nothing where it is about no field", () => {
    expect(fieldTexts(problem("invalid-fields", 422, { other: "Odd" }))).toEqual({ other: "Odd" });
    expect(fieldTexts(new NetworkError())).toEqual({});
  });
});

describe("what a failure means", () => {
  it.each([
    [new NetworkError(), problems.network],
    [problem("wrong-credentials", 401), problems.wrongCredentials],
    [problem("unavailable", 503), problems.unavailable],
    [problem("payments-not-offered", 501), problems.paymentsNotOffered],
    [problem("internal-error", 500), problems.unexpected],
    [new Error("a mistake of ours"), problems.unexpected],
  ])("%s", (error, text) => {
    expect(failureText(error)).toBe(text);
  });

  it("says how long to wait", () => {
    const busy = new ProblemError({ type: "too-many-requests", status: 429, retryAfterSeconds: 30 });
    expect(failureText(busy)).toContain("30 s");
  });
});

it("is not said to be empty once it is filled in", () => {
  const said = { amount: fields.required, reason: fields.required, email: fields.email };
  expect(stillWrong(said, { amount: "2.50", reason: "" })).toEqual({
    reason: fields.required,
    email: fields.email,
  });
});
