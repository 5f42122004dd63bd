// What was written by hand beside the generated types. `npm run check` reads the types in here, not the test runner.

import { expect, expectTypeOf, test } from "vitest";
import protocol from "../../../docs/protocol.md?raw";
import example from "../examples/first-call/main.ts?raw";
import readme from "../README.md?raw";
import type { components } from "../src/generated/rest.js";
import type { CallState, EndReason, ErrorCode, ProblemType, ServerCallState, WalletState } from "../src/index.js";
import { readFrame } from "../src/signaling/messages.js";

type Rest = components["schemas"];

test("states, reasons and money are the server's, by REST and by socket", () => {
  expectTypeOf<CallState>().toEqualTypeOf<ServerCallState>();
  expectTypeOf<EndReason>().toEqualTypeOf<Rest["EndReason"]>();
  expectTypeOf<WalletState>().toEqualTypeOf<Rest["WalletState"]>();
});

test("codes and types can be told apart", () => {
  expectTypeOf<ErrorCode>().extract<"draining" | "token_refused">().toEqualTypeOf<"draining" | "token_refused">();
  type Relied = "refresh-refused" | "unauthenticated";
  expectTypeOf<ProblemType>().extract<Relied>().toEqualTypeOf<Relied>();
  expectTypeOf<ProblemType>().not.toEqualTypeOf<string>();
});

test("every message of the server in the protocol's document is known", () => {
  const [, said = ""] = protocol.split("## From the server to a device");
  const examples = [...said.matchAll(/```json\n(.*?)```/gs)].map(([, json]) => json);
  expect(examples.length).toBeGreaterThan(20);
  for (const json of examples) expect(readFrame(json).message, json).toMatchObject({ type: expect.any(String) });
});

test("README shows the example that is type-checked", () => {
  expect(readme).toContain(example);
});
