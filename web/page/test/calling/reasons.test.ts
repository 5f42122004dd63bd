import type {
  CallEnd,
  EndReason,
  Installation,
  LocalEndReason,
  MediaErrorKind,
  RefusalReason,
} from "@talktime/client";
import { describe, expect, test } from "vitest";
import { endReasonValues, refusalReasonValues } from "../../../client/src/generated/to-client.js";
import { endText } from "../../src/calling/messages.js";
import { installation } from "../../src/installation.js";
import de from "../../src/texts/de/calling.js";
import en from "../../src/texts/en/calling.js";
import problems from "../../src/texts/en/problems.js";
import "../english.js";

const LOCAL: Record<LocalEndReason, true> = { answered_elsewhere: true, not_connected: true, no_relay: true };
const MEDIA: Record<MediaErrorKind, true> = {
  denied: true,
  no_device: true,
  in_use: true,
  insecure_context: true,
  unsupported: true,
  other: true,
};
const CONCERNED = ["camera", "microphone", "both", "screen"] as const;

function ended(reason: CallEnd["reason"], refused = false): CallEnd {
  return { reason, refused, talkMs: 0 };
}

describe.each([
  ["English", en],
  ["German", de],
])("reasons in %s", (_language, texts) => {
  test.each(endReasonValues)("the end %s is told to both sides", (reason) => {
    for (const told of [texts.endForCaller, texts.endForCallee]) {
      expect(told[reason as EndReason]("ben")).toMatch(/^\S.+[.]$/);
    }
  });

  test.each(refusalReasonValues)("the refusal %s is told", (reason) => {
    expect(texts.refusals[reason as RefusalReason]("ben")).toMatch(/^\S.+[.]$/);
  });

  test.each(Object.keys(LOCAL))("what only this device knows, %s, is told", (reason) => {
    expect(texts.localEnds[reason as LocalEndReason]("ben")).toMatch(/^\S.+[.]$/);
  });

  test.each(Object.keys(MEDIA))("the media problem %s says what to do, whatever it is about", (kind) => {
    for (const concerned of CONCERNED) {
      const text = texts.mediaProblems[kind as MediaErrorKind](concerned);
      expect(text.split(/[.:] /).length).toBeGreaterThan(1);
      expect(text).not.toContain("undefined");
    }
  });
});

test("the caller of a missed call reads who did not answer, the callee who called", () => {
  expect(endText(ended("missed"), "caller", "ben")).toBe("ben did not answer.");
  expect(endText(ended("missed"), "callee", "ann")).toBe("You missed a call from ann.");
});

test("whoever hung up reads that, the other one who did", () => {
  expect(endText(ended("hung_up"), "caller", "ben", true)).toBe("You hung up.");
  expect(endText(ended("hung_up"), "callee", "ann")).toBe("ann hung up.");
});

test("the same word means another thing as a refusal", () => {
  expect(endText(ended("blocked", true), "caller", "ben")).toBe(en.refusals.blocked("ben"));
  expect(endText(ended("blocked"), "caller", "ben")).toBe(en.endForCaller.blocked("ben"));
});

test("what only this device knows is told before what the server would call it", () => {
  expect(endText(ended("not_connected"), "caller", "ben")).toBe(en.localEnds.not_connected("ben"));
});

test("a reason that a newer server has does not take the page down", () => {
  for (const refused of [false, true]) {
    const end = ended("of-tomorrow" as EndReason, refused);
    expect(endText(end, "caller", "ben")).toBe(problems.unexpected);
  }
});

test("who called too often reads how long to wait, where the server says so", () => {
  const wait = (retryAfterMs: number) =>
    endText({ ...ended("too_many_calls", true), retryAfterMs }, "caller", "ben");
  expect(wait(29_001)).toContain("Try again in 30 seconds.");
  expect(wait(61 * 60_000)).toContain("Try again in 61 minutes.");
  expect(endText(ended("too_many_calls", true), "caller", "ben")).toBe(en.refusals.too_many_calls("ben"));
});

test.each([en, de])("who is refused by a person reads what they would if that one were away", (texts) => {
  const away = texts.endForCaller.unreachable("ben");
  expect(away).toContain(texts.refusals.unreachable("ben").replace(/\.$/, ""));
});

test("where nothing relays nobody is sent to another network, nor told that a relay may come back", () => {
  installation.value = { relay_available: false } as Installation;
  for (const role of ["caller", "callee"] as const)
    expect(endText(ended("connect_failed"), role, "ben")).toBe(en.unrelayed);
  installation.value = null;
  expect(endText(ended("connect_failed"), "caller", "ben")).toBe(en.endForCaller.connect_failed("ben"));
  for (const texts of [en, de]) expect(texts.localEnds.no_relay("ben")).not.toMatch(/later|später/);
});
