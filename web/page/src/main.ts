/**
 * The first that runs, and the least: it asks for the words of the one language that is spoken here and for the page,
 * as neither needs to wait for the other. `index.html` has asked for the page already.
 */
import { storedPreferences } from "./stored-preferences.js";
import { CATALOGUES } from "./texts/catalogues.js";
import { chooseLanguage } from "./texts/language.js";

const { language } = chooseLanguage(storedPreferences().language, navigator.languages);
// Where they do not come, the page asks once more.
CATALOGUES[language]().catch(() => {});
import("./page.js").catch((error: unknown) => {
  document.body.textContent = "Talktime could not be loaded: load the page again. · Bitte die Seite neu laden.";
  throw error;
});
