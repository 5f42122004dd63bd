import type { Page, PageOptions, Person } from "@talktime/client";
import { beforeEach, expect, test, vi } from "vitest";

const api = {
  blocklist: vi.fn<(options: PageOptions) => Promise<Page<Person>>>(),
  putOnBlocklist: vi.fn(async () => {}),
  takeOffBlocklist: vi.fn(async () => {}),
};
vi.mock("../../src/talktime.js", () => ({ talktime: { api } }));
const { isOn, listsChanged, refused } = await import("../../src/people/lists.js");

const { signal } = new AbortController();
const person = (id: string): Person => ({
  id,
  user_name: id,
  asking_price_minor: null,
  currency: "EUR",
  presence: "offline",
});

beforeEach(() => {
  vi.clearAllMocks();
  api.blocklist.mockImplementation(async ({ cursor }) =>
    cursor
      ? { items: [person("cleo")], next_cursor: null }
      : { items: [person("ann"), person("ben")], next_cursor: "more" },
  );
});

test("somebody is found on whatever page of the list, and no further one is asked for", async () => {
  expect(await isOn(refused, "ben", signal)).toBe(true);
  expect(api.blocklist).toHaveBeenCalledTimes(1);
  expect(await isOn(refused, "cleo", signal)).toBe(true);
  expect(await isOn(refused, "dora", signal)).toBe(false);
});

test("what shows a list hears of a change once it is made", async () => {
  const before = listsChanged.value;
  await refused.add("dora");
  await refused.remove("ben");
  expect([api.putOnBlocklist.mock.calls, api.takeOffBlocklist.mock.calls]).toEqual([[["dora"]], [["ben"]]]);
  expect(listsChanged.value).toBe(before + 2);
  api.putOnBlocklist.mockRejectedValueOnce(new Error("no"));
  await expect(refused.add("ann")).rejects.toThrow("no");
  expect(listsChanged.value).toBe(before + 2);
});
