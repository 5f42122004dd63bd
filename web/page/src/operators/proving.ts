/** Money moves only at a login of the last minutes: whoever's is older gives the password, and then it is done. */
import { signal } from "@preact/signals";
import { ProblemError } from "@talktime/client";

/** An act that waits for the password. */
export interface Waiting {
  proved: () => void;
  giveUp: () => void;
}

/** The password was not given; nothing was done. */
export class NotProvedError extends Error {
  override name = "NotProvedError";
}

/** What waits now; the dialog shows while there is something. */
export const waiting = signal<Waiting | null>(null);

/** Act, and where the login is too old for it, once more after the proof. Rejects with `NotProvedError`, and as `act`. */
export async function proved<Result>(act: () => Promise<Result>): Promise<Result> {
  try {
    return await act();
  } catch (error) {
    if (!(error instanceof ProblemError && error.type === "login-too-old")) throw error;
  }
  await proof();
  return act();
}

function proof(): Promise<void> {
  // Who left one act for another has given up the first.
  waiting.peek()?.giveUp();
  return new Promise((resolve, reject) => {
    const mine: Waiting = {
      proved: () => over(resolve),
      giveUp: () => over(() => reject(new NotProvedError())),
    };
    const over = (settle: () => void) => {
      if (waiting.peek() === mine) waiting.value = null;
      settle();
    };
    waiting.value = mine;
  });
}
