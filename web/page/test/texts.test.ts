import { describe, expect, it } from "vitest";
import deContact from "../src/texts/de/contact.js";
import de from "../src/texts/de/index.js";
import deOperators from "../src/texts/de/operators.js";
import deOwn from "../src/texts/de/own.js";
import enContact from "../src/texts/en/contact.js";
import en from "../src/texts/en/index.js";
import enOperators from "../src/texts/en/operators.js";
import enOwn from "../src/texts/en/own.js";

type Leaf = [path: string, text: unknown];

function leaves(node: object, path = ""): Leaf[] {
  return Object.entries(node).flatMap(([key, value]): Leaf[] =>
    typeof value === "object" ? leaves(value, `${path}${key}.`) : [[`${path}${key}`, value]],
  );
}

const english = leaves({ ...en, contact: enContact, operators: enOperators, own: enOwn });
const german = new Map(leaves({ ...de, contact: deContact, operators: deOperators, own: deOwn }));

describe("the catalogues", () => {
  it("say the same things in both languages", () => {
    expect([...german.keys()].sort()).toEqual(english.map(([path]) => path).sort());
  });

  it.each(english)("say %s, and take the same facts for it", (path, text) => {
    const translated = german.get(path);
    expect(typeof translated).toBe(typeof text);
    if (typeof text === "function") expect((translated as () => string).length).toBeLessThanOrEqual(text.length);
    else expect(translated === "").toBe(text === "");
  });

  it("leave nothing in English by oversight", () => {
    const meant = new Set(["language"]);
    const same = english.filter(([path, text]) => typeof text === "string" && text === german.get(path));
    const words = same.filter(([path, text]) => !meant.has(path) && /\s/.test(String(text)));
    expect(words).toEqual([]);
  });
});
