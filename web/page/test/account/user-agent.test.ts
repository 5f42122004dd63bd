import { describe, expect, it } from "vitest";
import { browserOf } from "../../src/account/user-agent.js";

const CHROME =
  "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36";

describe("a session's browser", () => {
  it.each([
    [CHROME, "Chrome, Linux"],
    [`${CHROME} Edg/140.0.0.0`, "Edge, Linux"],
    ["Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:143.0) Gecko/20100101 Firefox/143.0", "Firefox, Windows"],
    [
      "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1",
      "Safari, iPhone",
    ],
    [
      "Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36",
      "Chrome, Android",
    ],
    ["python-httpx/0.28", null],
    ["", null],
    [null, null],
  ])("%j is %j", (userAgent, name) => {
    expect(browserOf(userAgent)).toBe(name);
  });
});
