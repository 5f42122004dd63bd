/** What a person likes in this browser, whichever account they use: remembered, and the same in every tab. */
import { effect, signal } from "@preact/signals";
import { KEY, type Preferences, storedPreferences } from "./stored-preferences.js";

export const preferences = signal<Preferences>(storedPreferences());

export function prefer(changes: Partial<Preferences>): void {
  preferences.value = { ...preferences.value, ...changes };
  try {
    localStorage.setItem(KEY, JSON.stringify(preferences.value));
  } catch {
    // Storage is full or forbidden: they hold until the page is closed.
  }
}

/** Follow other tabs, and show the theme. */
export function followPreferences(): void {
  addEventListener("storage", (event) => {
    if (event.key === KEY) preferences.value = storedPreferences();
  });
  effect(() => {
    const { theme } = preferences.value;
    if (theme === "system") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
  });
}
