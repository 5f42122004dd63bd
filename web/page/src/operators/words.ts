/** What this part of the page says: `o()` beside `t()`, fetched with it. */
import { effect, signal } from "@preact/signals";
import en, { type OperatorTexts } from "../texts/en/operators.js";
import { t } from "../texts/index.js";
import type { Language } from "../texts/language.js";

const OTHERS: Record<Exclude<Language, "en">, () => Promise<{ default: OperatorTexts }>> = {
  de: () => import("../texts/de/operators.js"),
};

const catalogue = signal(en);

export function o(): OperatorTexts {
  return catalogue.value;
}

/** Speak as the rest of the page does from now on; resolves once the words are here. */
export function speakAsOperator(): Promise<void> {
  return new Promise((resolve) => {
    effect(() => {
      void load(t().language).then(resolve);
    });
  });
}

async function load(language: Language): Promise<void> {
  let texts = en;
  try {
    if (language !== "en") texts = (await OTHERS[language]()).default;
  } catch {
    // Not to be had now: better English than nothing.
  }
  if (t().language === language) catalogue.value = texts;
}
