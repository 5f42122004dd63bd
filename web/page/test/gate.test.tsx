import { signal } from "@preact/signals";
import type { Account, Call } from "@talktime/client";
import { renderToString } from "preact-render-to-string";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import "./english.js";

const account = signal<Pick<Account, "id"> | null>(null);
const currentCall = signal<Partial<Call> | null>(null);
vi.mock("../src/talktime.js", () => ({
  account,
  currentCall,
  restored: signal(true),
  talktime: { session: { on: () => () => {} } },
}));
vi.mock("../src/frame/inside.js", () => ({ Inside: () => "inside" }));
vi.mock("../src/account/sign-in.js", () => ({ SignIn: () => "door" }));
vi.mock("../src/account/sign-up.js", () => ({ SignUp: () => "door" }));

const { App } = await import("../src/app.js");
const { dismiss } = await import("../src/calling/shown-call.js");

function at(address: string): string {
  const { pathname, search, origin } = new URL(address, "https://talktime.example");
  vi.stubGlobal("location", { pathname, search, origin });
  return renderToString(<App />);
}

beforeEach(() => {
  account.value = { id: "ann" };
});
afterEach(() => {
  vi.unstubAllGlobals();
  if (currentCall.value) dismiss(currentCall.value as Call);
  currentCall.value = null;
});

test("who is signed in is inside, but where another account is to be added", () => {
  expect(at("/history")).toContain("inside");
  expect(at("/sign-in?add")).toContain("door");
  expect(at("/sign-in")).not.toContain("door");
  account.value = null;
  expect(at("/sign-in")).toContain("door");
  expect(at("/history")).not.toContain("inside");
});

test.each(["/sign-in", "/sign-up", "/sign-in?add", "/sign-up?add"])("a call stays in sight at %s", (address) => {
  currentCall.value = { state: "active" };
  expect(at(address)).toContain("inside");
});
