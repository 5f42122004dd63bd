/** A call of the machine, told as a story: what happens to it, and what it makes of that. */

import { type Input, step } from "../../src/calls/machine.js";
import { type CallModel, costOf, placing, ringing, stateOf, talkMsOf } from "../../src/calls/model.js";
import type { Effect } from "../../src/calls/steps.js";
import type { ServerMessage } from "../../src/signaling/messages.js";
import * as server from "./server.js";
import { BEN, CALL_ID } from "./server.js";

export const INVITE = { type: "call.invite", ref: "invite-1", callee_id: null, callee_user_name: "ben" } as const;
export const ANSWER_MS = 10_000;
export const ONLINE: Input = { type: "welcomed", snapshot: null };
export const RESUMED: Input = { type: "resumed" };
export const OFFLINE: Input = { type: "offline", waitMs: 30_000 };
export const HANG_UP: Input = { type: "hang_up" };
export const FLOWING: Input = { type: "flowing" };

/** A call, and the story of what happened to it. */
export class Story {
  nowMs = 1_000;
  call: CallModel;
  effects: Effect[] = [];

  constructor(call: CallModel) {
    this.call = call;
  }

  static caller(): Story {
    return new Story(placing(INVITE, 1_000 + ANSWER_MS)).when(ONLINE);
  }

  static callee(): Story {
    return new Story(ringing(CALL_ID, BEN, 51_000));
  }

  /** These things happen; `effects` is what the last one made. */
  when(...inputs: (Input | ServerMessage)[]): this {
    for (const input of inputs) {
      const given = isInput(input) ? input : ({ type: "told", message: input } as const);
      const { call, effects } = step(this.call, given, this.nowMs);
      [this.call, this.effects] = [call, effects];
    }
    return this;
  }

  after(ms: number): this {
    this.nowMs += ms;
    return this;
  }

  rings(): this {
    return this.when(server.authorizing("invite-1"), server.rings());
  }

  connects(): this {
    return this.call.role === "caller"
      ? this.rings().when(server.accepted())
      : this.when({ type: "accept" }, server.accepted());
  }

  talks(): this {
    return this.connects().when(FLOWING, server.active());
  }

  get state(): string {
    return stateOf(this.call);
  }

  get said(): string[] {
    return this.effects.flatMap((effect) => (effect.type === "say" ? [effect.message.type] : []));
  }

  get did(): string[] {
    return this.effects.map((effect) => effect.type);
  }

  get talkMs(): number {
    return talkMsOf(this.call, this.nowMs);
  }

  get cost() {
    return costOf(this.call, this.nowMs);
  }
}

const INPUT_TYPES = ["told", "welcomed", "resumed", "merged", "offline", "cut_off", "accept", "hang_up", "leave"];

function isInput(input: Input | ServerMessage): input is Input {
  return [...INPUT_TYPES, "flowing", "failed", "time"].includes(input.type);
}
