/** What the page says. `t()` is the catalogue of the language spoken now; reading it in a component subscribes it. */
import { computed, effect, signal } from "@preact/signals";
import { preferences } from "../preferences.js";
import { CATALOGUES } from "./catalogues.js";
import type { Texts } from "./en/index.js";
import { chooseLanguage, LANGUAGES, type Language } from "./language.js";

const chosen = computed(() => chooseLanguage(preferences.value.language, navigator.languages));
const catalogue = signal<Texts | null>(null);

/** How dates, numbers and money are written. */
export const locale = computed(() => {
  const { language, locale } = chosen.value;
  const spoken = catalogue.value?.language ?? language;
  return spoken === language ? locale : spoken;
});

/** Throws as long as `speak` has not resolved. */
export function t(): Texts {
  if (!catalogue.value) throw new Error("There are no words yet.");
  return catalogue.value;
}

/** Speak the chosen language from now on. Resolves once there are words, and rejects where none are to be had. */
export function speak(): Promise<void> {
  return new Promise((resolve, reject) => {
    effect(() => {
      load(chosen.value.language).then(resolve, reject);
    });
  });
}

async function load(language: Language): Promise<void> {
  const texts = await wordsOf(language);
  if (chosen.peek().language !== language) return;
  catalogue.value = texts;
  document.documentElement.lang = texts.language;
}

/** Where a language's words are not to be had now, better go on as before, or speak another one, than say nothing. */
async function wordsOf(language: Language): Promise<Texts> {
  let failure: unknown;
  for (const one of new Set([language, ...(Object.keys(LANGUAGES) as Language[])])) {
    try {
      return (await CATALOGUES[one]()).default;
    } catch (error) {
      failure ??= error;
    }
    const before = catalogue.peek();
    if (before) return before;
  }
  throw failure;
}
