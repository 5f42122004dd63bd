import { NetworkError } from "@talktime/client";

/** A page that is younger would fail the same way once more. */
const FRESH_MS = 10_000;

export interface Surroundings {
  /** Whether the server can be reached. */
  answers: () => Promise<boolean>;
  /** Whether loading the page anew takes nothing away from the person. */
  isFree: () => boolean;
  /** How long the page is there. */
  ageMs: () => number;
  reload: () => void;
}

/**
 * Load code of the page. Rejects with `NetworkError` where the server is away, else with what it was.
 *
 * Browsers keep in mind what they could not load, and a newer server has other code: then only the page loaded anew
 * helps, which is done where nobody is disturbed by it.
 */
export async function loadCode<Code>(load: () => Promise<Code>, around: Surroundings): Promise<Code> {
  try {
    return await load();
  } catch (cause) {
    if (!(await around.answers())) throw new NetworkError(undefined, { cause });
    if (around.isFree() && around.ageMs() > FRESH_MS) around.reload();
    throw cause;
  }
}
