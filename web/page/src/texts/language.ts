export const LANGUAGES = { en: "English", de: "Deutsch" } as const;

export type Language = keyof typeof LANGUAGES;

/** What a person wants, as the browser tells it; the locale also says how dates and numbers are written. */
export interface Choice {
  language: Language;
  locale: string;
}

/** Return the language to speak: the one that was chosen, else the first of the browser's that we know, else English. */
export function chooseLanguage(chosen: Language | null, preferred: readonly string[]): Choice {
  const wanted = chosen ?? preferred.map(base).find(isLanguage) ?? "en";
  return { language: wanted, locale: preferred.find((tag) => base(tag) === wanted) ?? wanted };
}

export function isLanguage(text: string): text is Language {
  return Object.hasOwn(LANGUAGES, text);
}

function base(tag: string): string {
  return tag.toLowerCase().split("-")[0] ?? "";
}
