/** Words of a part of the page, fetched with it: nobody else carries them. */
import { effect, signal } from "@preact/signals";
import { t } from "./index.js";
import type { Language } from "./language.js";

interface LateWords<Words> {
  /** Reading them in a component subscribes it. */
  words: () => Words;
  /** Speak as the rest of the page does from now on; resolves once the words are here. */
  speak: () => Promise<void>;
}

/** English is there from the beginning; the other languages are fetched where they are spoken. */
export function lateWords<Words>(
  english: Words,
  others: Record<Exclude<Language, "en">, () => Promise<{ default: Words }>>,
): LateWords<Words> {
  const catalogue = signal(english);
  let speaking: Promise<void> | undefined;
  const load = async (language: Language) => {
    let texts = english;
    try {
      if (language !== "en") texts = (await others[language]()).default;
    } catch {
      // Not to be had now: better English than nothing.
    }
    if (t().language === language) catalogue.value = texts;
  };
  const speak = () =>
    new Promise<void>((resolve) => {
      effect(() => {
        void load(t().language).then(resolve);
      });
    });
  return {
    words: () => catalogue.value,
    speak: () => {
      speaking ??= speak();
      return speaking;
    },
  };
}
