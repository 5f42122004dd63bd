import { describe, expect, it } from "vitest";
import { currencyExponent, duration, moneyIn } from "../src/format.js";

/** Browsers put narrow and no-break spaces where people see a space. */
const plain = (text: string) => text.replace(/\s/g, " ");

describe("money", () => {
  it("is written as the language does", () => {
    expect(moneyIn("en", 450, "EUR")).toBe("€4.50");
    expect(plain(moneyIn("de", 123450, "EUR"))).toBe("1.234,50 €");
    expect(moneyIn("en", -10, "EUR")).toBe("-€0.10");
  });

  it("has as many digits as the currency, or as the installation says", () => {
    expect(moneyIn("en", 500, "JPY")).toBe("¥500");
    expect(plain(moneyIn("en", 1500, "KWD"))).toBe("KWD 1.500");
    expect(currencyExponent("EUR")).toBe(2);
    // ISO 4217 gives the afghani two, browsers show none.
    expect(plain(moneyIn("en", 1050, "AFN", 2))).toBe("AFN 10.50");
  });

  it("may go without decimals that are only zeros", () => {
    expect(moneyIn("en", 500, "EUR", 2, "stripIfInteger")).toBe("€5");
    expect(moneyIn("en", 550, "EUR", 2, "stripIfInteger")).toBe("€5.50");
  });

  it("is exact for the largest amounts", () => {
    expect(moneyIn("en", 99_999_999_999, "EUR")).toBe("€999,999,999.99");
  });
});

describe("a time span", () => {
  it.each([
    [0, "0:00"],
    [999, "0:00"],
    [1_000, "0:01"],
    [59_999, "0:59"],
    [60_000, "1:00"],
    [754_000, "12:34"],
    [3_599_999, "59:59"],
    [3_723_000, "1:02:03"],
    [-5, "0:00"],
  ])("%i ms is %s", (ms, text) => {
    expect(duration(ms)).toBe(text);
  });
});
