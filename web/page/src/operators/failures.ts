import { ProblemError } from "@talktime/client";
import { failureText } from "../failures.js";
import { money } from "../format.js";
import { NotProvedError } from "./proving.js";
import { o } from "./words.js";

/** Return what a failure means to an operator, and what to do about it. */
export function operatorFailure(error: unknown): string {
  const texts = o().failures;
  if (error instanceof NotProvedError) return texts.notProved;
  if (!(error instanceof ProblemError)) return failureText(error);
  switch (error.type) {
    case "own-account":
      return texts.ownAccount;
    case "account-deleted":
      return texts.deleted;
    case "call-over":
      return texts.over;
    case "login-too-old":
      return texts.notProved;
    case "idempotency-key-reused":
      return texts.reused;
    case "idempotency-key-in-use":
      return texts.inUse;
    case "call-not-settled":
      return texts.notSettled;
    case "payment-not-settled":
      return texts.notPaid;
    case "refund-too-large":
      return texts.tooLarge;
    case "insufficient-funds":
      return texts.funds(available(error));
    case "internal-error":
    case "unknown":
      return texts.server;
    default:
      return failureText(error);
  }
}

function available(error: ProblemError): string | null {
  const { available_minor: availableMinor, currency } = error.problem ?? {};
  return availableMinor == null || !currency ? null : money(availableMinor, currency);
}
