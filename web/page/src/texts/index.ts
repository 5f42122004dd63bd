/** What the page says. `t()` is the catalogue of the language spoken now; reading it in a component subscribes it. */
import { computed, effect, signal } from "@preact/signals";
import { preferences } from "../preferences.js";
import en, { type Texts } from "./en/index.js";
import { chooseLanguage, type Language } from "./language.js";

const OTHERS: Record<Exclude<Language, "en">, () => Promise<{ default: Texts }>> = {
  de: () => import("./de/index.js"),
};

const chosen = computed(() => chooseLanguage(preferences.value.language, navigator.languages));
const catalogue = signal<{ language: Language; texts: Texts }>({ language: "en", texts: en });

/** How dates, numbers and money are written. */
export const locale = computed(() =>
  chosen.value.language === catalogue.value.language ? chosen.value.locale : "en",
);

export function t(): Texts {
  return catalogue.value.texts;
}

/** Speak the chosen language from now on; resolves once its words are here. English is there from the start. */
export function speak(): Promise<void> {
  return new Promise((resolve) => {
    effect(() => {
      void load(chosen.value.language).then(resolve);
    });
  });
}

async function load(language: Language): Promise<void> {
  let texts = en;
  if (language !== "en") {
    try {
      texts = (await OTHERS[language]()).default;
    } catch {
      return; // Not to be had now: better English than nothing.
    }
  }
  if (chosen.peek().language !== language) return;
  catalogue.value = { language, texts };
  document.documentElement.lang = language;
}
