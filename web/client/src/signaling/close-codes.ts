/** What a close code means for the next attempt. */

import type { CloseCode } from "./messages.js";

export interface AfterClose {
  /** Come back as the same device, while the server still knows it. */
  resume: boolean;
  /** Get a new access token first; where the session is over, that is refused, and it ends here too. */
  freshToken: boolean;
}

const AGAIN: AfterClose = { resume: true, freshToken: false };

// A code that the protocol gains or loses is an error of types here.
const AFTER: Readonly<Record<CloseCode, AfterClose>> = {
  1001: AGAIN,
  1009: AGAIN,
  4400: AGAIN,
  4401: { resume: true, freshToken: true },
  4403: { resume: false, freshToken: true },
  4408: AGAIN,
  4409: { resume: false, freshToken: false },
  4410: AGAIN,
  4411: { resume: false, freshToken: true },
  4429: AGAIN,
  4430: AGAIN,
  4503: AGAIN,
};

/** Codes of the WebSocket itself, 1006 above all, and those of a newer server are a reason to try again. */
export function afterClose(code: number): AfterClose {
  return Object.hasOwn(AFTER, code) ? AFTER[code as CloseCode] : AGAIN;
}
