import { ProblemError } from "@talktime/client";
import { expect, test } from "vitest";
import { operatorFailure } from "../../src/operators/failures.js";
import "../english.js";

const FACTS = { type: "insufficient-funds", status: 409 } as const;
const SAID = { type: "urn:talktime:problem:insufficient-funds", title: "Insufficient funds", status: 409 } as const;

test("what is available is said where the server says it", () => {
  const problem = { ...SAID, available_minor: 150, currency: "EUR" };
  expect(operatorFailure(new ProblemError({ ...FACTS, problem }))).toContain("at most €1.50");
});

test("no amount is made up where the server says none", () => {
  expect(operatorFailure(new ProblemError(FACTS))).toBe("Not that much is there. Nothing was booked.");
});
