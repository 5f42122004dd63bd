/** What the package says of itself must be true wherever it is installed. */

import { expect, test } from "vitest";
import manifest from "../package.json?raw";
import readme from "../README.md?raw";

test("its links lead to what comes with it, or to the web", () => {
  const links = [...readme.matchAll(/\]\(([^)#]+)\)/g)].map(([, target = ""]) => target);
  const { files } = JSON.parse(manifest) as { files: string[] };
  const isThere = (link: string) => /^https:/.test(link) || files.some((each) => `${link}/`.startsWith(`${each}/`));
  expect(links.length).toBeGreaterThan(1);
  expect(links.filter((link) => !isThere(link))).toEqual([]);
});
