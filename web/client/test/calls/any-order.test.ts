import { describe, expect, test } from "vitest";
import type { Input } from "../../src/calls/machine.js";
import { deadlineOf } from "../../src/calls/model.js";
import type { ServerMessage } from "../../src/signaling/messages.js";
import * as server from "../fakes/server.js";
import { ANN, CALL_ID, MINUTE_MS, snapshot } from "../fakes/server.js";
import { FLOWING, HANG_UP, OFFLINE, ONLINE, RESUMED, Story } from "../fakes/story.js";

/** Every input that there is, each from the server in a plausible form. */
const ALPHABET: readonly (Input | ServerMessage)[] = [
  server.authorizing("invite-1"),
  server.refused("busy"),
  server.rings(),
  server.incoming(),
  server.accepted(),
  server.answeredElsewhere(),
  server.offer(),
  server.active(),
  server.lease(1_000, 120_000),
  server.lowFunds(),
  server.peerLost(),
  server.peerResumed(),
  server.ended("hung_up", 500),
  server.charged(500, 1, 10),
  server.error("not_in_call", { call_id: CALL_ID }),
  server.error("illegal_step", { call_id: CALL_ID }),
  server.error("draining", { ref: "invite-1" }),
  { type: "wallet.changed", wallet: server.WALLET },
  ONLINE,
  ...(["ringing", "connecting", "active", "reconnecting"] as const).flatMap((state) =>
    (["caller", "callee"] as const).map(
      (role): Input => ({
        type: "welcomed",
        snapshot: snapshot(state, { role, talk_ms: 900, paid_ms: MINUTE_MS }),
      }),
    ),
  ),
  { type: "merged", id: "call-2", caller: ANN },
  RESUMED,
  OFFLINE,
  { type: "cut_off" },
  { type: "accept" },
  HANG_UP,
  { type: "leave" },
  FLOWING,
  { type: "failed", reason: "no_relay" },
  { type: "time" },
];

/** So many things in a row. */
const STEPS = 5;

describe("whatever happens, in whatever order", () => {
  test.each([
    ["caller", () => Story.caller()],
    ["callee", () => Story.callee()],
  ])(
    "a call of the %s keeps its promises",
    (_, begin) => {
      const seen = new Set<string>();
      let reached = [begin()];
      for (let steps = 0; steps < STEPS; steps++) {
        const next: Story[] = [];
        for (const before of reached)
          for (const input of ALPHABET) {
            const after = new Story(before.call).when(input);
            const faults = broken(before, after);
            if (faults.length) expect.fail(`${faults}: ${before.state} + ${JSON.stringify(input)}`);
            const key = JSON.stringify(after.call);
            if (!seen.has(key)) next.push(after);
            seen.add(key);
          }
        reached = next;
      }
      expect(seen.size).toBeGreaterThan(500);
    },
    60_000,
  );
});

/** The promises that this step broke. */
function broken(before: Story, after: Story): string[] {
  const [was, is] = [before.call, after.call];
  const named = after.effects.every(
    (effect) => effect.type !== "say" || effect.message.type === "call.invite" || is.id !== null,
  );
  const promises = {
    "over is over": was.end === null || (is.end !== null && after.did.every((effect) => effect === "say")),
    "the end has a reason": (is.end !== null) === (after.state === "ended"),
    "the media is let go of once, last": after.did.includes("release")
      ? !was.end && is.end !== null && after.did.indexOf("release") === after.did.length - 1
      : was.end !== null || is.end === null,
    "nothing is waited for after the end": !is.end || deadlineOf(is) === null,
    "the media is connected once": !after.did.includes("negotiate") || !was.negotiating,
    "the media is connected by who wants it": !after.did.includes("negotiate") || is.wanted,
    "nobody talks without having accepted": after.state !== "active" || is.wanted,
    "nothing of the other side is used before the accept": !after.did.includes("media") || is.wanted,
    "what is said names the call": named,
    "media is reported where there is some": !after.said.includes("call.connected") || is.negotiating,
    "the callee learns no cost": is.role === "caller" || after.cost === null,
    "talk time is a time": after.talkMs >= 0 && after.talkMs <= Math.max(is.paidMs, is.end?.talkMs ?? 0),
  };
  return Object.entries(promises).flatMap(([promise, isKept]) => (isKept ? [] : [promise]));
}
