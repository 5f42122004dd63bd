/** What is remembered of a person's likes in this browser; read before anything else of the page is here. */
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

export const KEY = "talktime:preferences";

export function storedPreferences(): Preferences {
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
