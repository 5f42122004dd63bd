/** What is said of somebody besides calling them: `c()` beside `t()`. */
import en from "./en/contact.js";
import { lateWords } from "./late-words.js";

const { words, speak } = lateWords(en, { de: () => import("./de/contact.js") });

export const c = words;
export const speakOfContact = speak;
