/** What the screens of the own account and money say: `m()` beside `t()`. */
import en from "./en/own.js";
import { lateWords } from "./late-words.js";

const { words, speak } = lateWords(en, { de: () => import("./de/own.js") });

export const m = words;
export const speakOfOwn = speak;
