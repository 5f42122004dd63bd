import { NetworkError, NotLoggedInError, ProblemError } from "@talktime/client";
import { t } from "./texts/index.js";

/** Return what a failure means to a person, and what to do about it. */
export function failureText(error: unknown): string {
  const texts = t().problems;
  if (error instanceof NetworkError) return texts.network;
  if (error instanceof NotLoggedInError) return texts.signedOut;
  if (!(error instanceof ProblemError)) return texts.unexpected;
  switch (error.type) {
    case "wrong-credentials":
      return texts.wrongCredentials;
    case "unauthenticated":
    case "refresh-refused":
      return texts.signedOut;
    case "forbidden":
      return texts.forbidden;
    case "not-found":
      return texts.notFound;
    case "invalid-fields":
    case "already-taken":
    case "wrong-password":
      return texts.invalid;
    case "too-many-requests":
      return texts.tooMany(error.retryAfterSeconds);
    case "list-full":
      return texts.listFull;
    case "payments-not-offered":
      return texts.paymentsNotOffered;
    case "relay-not-offered":
      return texts.relayNotOffered;
    case "idempotency-key-in-use":
    case "unavailable":
      return texts.unavailable;
    default:
      return texts.unexpected;
  }
}
