import type { Texts } from "./en/index.js";
import type { Language } from "./language.js";

/** Each language's words are a file of their own: nobody loads what is not spoken. */
export const CATALOGUES: Record<Language, () => Promise<{ default: Texts }>> = {
  en: () => import("./en/index.js"),
  de: () => import("./de/index.js"),
};
