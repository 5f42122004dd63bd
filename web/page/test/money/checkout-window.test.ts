import { afterEach, describe, expect, it, vi } from "vitest";
import { checkoutAddress } from "../../src/money/checkout-window.js";

describe("where a checkout may lead", () => {
  afterEach(() => vi.unstubAllGlobals());

  it.each([
    ["https://pay.example/c/1", "https://pay.example/c/1"],
    ["/sandbox/checkout/x", "https://talktime.example/sandbox/checkout/x"],
    ["javascript:alert(1)", null],
    ["data:text/html,x", null],
    [null, null],
  ])("%j: %j", (url, address) => {
    vi.stubGlobal("location", { href: "https://talktime.example/" });
    expect(checkoutAddress(url)).toBe(address);
  });
});
