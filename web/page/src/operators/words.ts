/** What this part of the page says: `o()` beside `t()`, fetched with it. */
import en from "../texts/en/operators.js";
import { lateWords } from "../texts/late-words.js";
import { speakOfOwn } from "../texts/own.js";

const { words, speak } = lateWords(en, { de: () => import("../texts/de/operators.js") });

export const o = words;

/** Speak as the rest of the page does from now on; resolves once the words are here. */
export async function speakAsOperator(): Promise<void> {
  await Promise.all([speak(), speakOfOwn()]);
}
