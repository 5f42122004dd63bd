import { NetworkError } from "@talktime/client";
import { beforeEach, describe, expect, it, vi } from "vitest";
import "../english.js";

const restore = vi.hoisted(() => vi.fn());
const toast = vi.hoisted(() => vi.fn());
vi.mock("../../src/talktime.js", () => ({ talktime: { session: { restore } } }));
vi.mock("../../src/ui/toast.js", () => ({ toast }));

const { switchTo } = await import("../../src/account/switching.js");

describe("using another account of this browser", () => {
  beforeEach(() => vi.resetAllMocks());

  it("is silent where it works", async () => {
    restore.mockResolvedValue({ id: "ben" });
    expect(await switchTo("ben")).toBe(true);
    expect(toast).not.toHaveBeenCalled();
  });

  it("is said to have failed where that login is over, or somebody else stays", async () => {
    restore.mockResolvedValueOnce(null).mockResolvedValueOnce({ id: "ann" });
    for (let round = 1; round <= 2; round += 1) {
      expect(await switchTo("ben")).toBe(false);
      expect(toast).toHaveBeenCalledTimes(round);
    }
  });

  it("says what went wrong", async () => {
    restore.mockRejectedValue(new NetworkError());
    expect(await switchTo("ben")).toBe(false);
    expect(toast).toHaveBeenCalledWith(expect.any(String), "danger");
  });
});
