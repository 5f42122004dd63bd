/** What a person likes in this browser, whichever account they use: remembered, and the same in every tab. */
import { effect, signal } from "@preact/signals";
import { isLanguage, type Language } from "./texts/language.js";

export type Theme = "system" | "light" | "dark";

export interface Preferences {
  theme: Theme;
  /** Null: the browser's. */
  language: Language | null;
  /** Ids of devices to begin a call with; null: the browser's choice. */
  camera: string | null;
  microphone: string | null;
  speaker: string | null;
}

const KEY = "talktime:preferences";

export const preferences = signal<Preferences>(read());

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
    if (event.key === KEY) preferences.value = read();
  });
  effect(() => {
    const { theme } = preferences.value;
    if (theme === "system") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
  });
}

function read(): Preferences {
  let stored: Record<string, unknown> = {};
  try {
    const value: unknown = JSON.parse(localStorage.getItem(KEY) ?? "{}");
    if (typeof value === "object" && value) stored = value as Record<string, unknown>;
  } catch {
    // Nothing that we wrote.
  }
  const text = (name: string) => (typeof stored[name] === "string" ? (stored[name] as string) : null);
  const language = text("language");
  const theme = text("theme");
  return {
    theme: theme === "light" || theme === "dark" ? theme : "system",
    language: language && isLanguage(language) ? language : null,
    camera: text("camera"),
    microphone: text("microphone"),
    speaker: text("speaker"),
  };
}
