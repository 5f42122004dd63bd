import { expect, test } from "vitest";
import { NotLoggedInError } from "../../src/errors.js";
import { accountOf } from "../fakes/api.js";
import { settled } from "../fakes/timers.js";
import { page } from "./world.js";

test("what the server says of the account is known in all its tabs", async () => {
  const [one, other, ben] = [page(), page(), page()];
  await ben.logIn("ben");
  await one.logIn("ann");
  await other.session.restore("id-of-ann");
  const renamed = { ...accountOf("ann"), user_name: "anna" };
  one.session.learn(renamed);
  one.session.learn(renamed);
  one.session.learn({ ...accountOf("ben"), user_name: "somebody else" });
  await settled();
  expect(one.heard).toEqual(["ann", "anna"]);
  expect(other.heard).toEqual(["ann", "anna"]);
  expect(ben.heard).toEqual(["ben"]);
  expect(await one.session.accessToken()).toBe("access-2");
});

test("after closing the login is still there for the next time", async () => {
  const { session, tab, heard, logIn } = page();
  await logIn("ann");
  await session.restore();
  expect(tab.listening).toBe(1);
  session.close();
  expect(tab.listening).toBe(0);
  await expect(session.accessToken()).rejects.toBeInstanceOf(NotLoggedInError);
  expect(heard).toEqual(["ann", "ann"]);
  expect((await page(tab).session.restore())?.user_name).toBe("ann");
});
