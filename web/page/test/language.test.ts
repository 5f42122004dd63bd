import { describe, expect, it } from "vitest";
import { chooseLanguage, isLanguage } from "../src/texts/language.js";
import { plural } from "../src/texts/plural.js";

describe("the language", () => {
  it("is the first of the browser's that we speak", () => {
    expect(chooseLanguage(null, ["fr-FR", "de-AT", "en-US"])).toEqual({ language: "de", locale: "de-AT" });
  });

  it("is the chosen one, written as the browser's region does", () => {
    expect(chooseLanguage("en", ["de-DE", "en-GB"])).toEqual({ language: "en", locale: "en-GB" });
    expect(chooseLanguage("de", ["en-US"])).toEqual({ language: "de", locale: "de" });
  });

  it("is English where we speak none of them", () => {
    expect(chooseLanguage(null, ["fr", "ja-JP"])).toEqual({ language: "en", locale: "en" });
    expect(chooseLanguage(null, [])).toEqual({ language: "en", locale: "en" });
  });

  it("is no property that every object has", () => {
    expect(isLanguage("toString")).toBe(false);
    expect(isLanguage("de")).toBe(true);
  });
});

describe("a number of things", () => {
  it("has the language's own form and its own digits", () => {
    const forms = { one: "# minute", other: "# minutes" };
    expect(plural("en")(1, forms)).toBe("1 minute");
    expect(plural("en")(0, forms)).toBe("0 minutes");
    expect(plural("en")(1234, forms)).toBe("1,234 minutes");
    expect(plural("de")(1234, { one: "# Minute", other: "# Minuten" })).toBe("1.234 Minuten");
  });

  it("falls back to the form that every language has", () => {
    expect(plural("de")(1, { other: "# Mal" })).toBe("1 Mal");
  });
});
