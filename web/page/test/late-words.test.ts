import { beforeEach, expect, test, vi } from "vitest";
import { prefer } from "../src/preferences.js";
import { t } from "../src/texts/index.js";
import { lateWords } from "../src/texts/late-words.js";
import "./english.js";

const english = { hello: "Hello" };
const german = { hello: "Guten Tag" };

beforeEach(() => {
  vi.stubGlobal("navigator", { languages: ["en"] });
  vi.stubGlobal("document", { documentElement: {} });
});

test("words that come late are those of the language spoken, now and after another choice", async () => {
  const { words, speak } = lateWords(english, { de: async () => ({ default: german }) });
  await speak();
  expect(words()).toBe(english);
  prefer({ language: "de" });
  await vi.waitFor(() => expect(words()).toBe(german));
  prefer({ language: "en" });
  await vi.waitFor(() => expect(words()).toBe(english));
});

test("words that cannot be had are said in English, and nobody waits for them for ever", async () => {
  prefer({ language: "de" });
  await vi.waitFor(() => expect(t().language).toBe("de"));
  const { words, speak } = lateWords(english, { de: () => Promise.reject(new TypeError("offline")) });
  await speak();
  expect(words()).toBe(english);
});
