import { describe, expect, it } from "vitest";
import { nextOf } from "../../src/account/next.js";

describe("where one goes after signing in", () => {
  it.each([
    [{}, "/"],
    [{ next: "/history?direction=incoming" }, "/history?direction=incoming"],
    [{ next: "/people/bob" }, "/people/bob"],
    [{ next: "https://evil.example" }, "/"],
    [{ next: "//evil.example" }, "/"],
    [{ next: "/\\evil.example" }, "/"],
    [{ next: "/\t/evil.example" }, "/"],
    [{ next: "/\n\\evil.example" }, "/"],
    [{ next: "//" }, "/"],
    [{ next: "javascript:alert(1)" }, "/"],
    [{ next: "/sign-in" }, "/"],
  ])("%j leads to %s", (query, address) => {
    expect(nextOf(query)).toBe(address);
  });
});
