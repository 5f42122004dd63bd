/** The calls of this device: which there are, which one is current, and what the server says to which. */

import type { Timers } from "../clock.js";
import { Emitter } from "../emitter.js";
import { TalktimeError } from "../errors.js";
import type { LocalMedia } from "../media/local-media.js";
import type { IceServers, Quote } from "../rest/types.js";
import type { CallSnapshot, FromClient, ServerMessage, Told, WalletState, Welcome } from "../signaling/messages.js";
import type { Call } from "./call.js";
import { CallList } from "./call-list.js";
import { LiveCall } from "./live-call.js";
import { type CallModel, placing, ringing } from "./model.js";
import { onPageHide } from "./page-hide.js";
import { limitOf } from "./quoted.js";
import type { Signaling } from "./signaling.js";

/** Whom to call. */
export type Callee = { id: string } | { userName: string };

export interface CallsEvents {
  /** Somebody calls; the call is `current`. */
  incoming: Call;
  /** Another call is the current one, or none. */
  current: Call | null;
}

/** What calls need of the rest. */
export interface CallsNeeds {
  signaling: Signaling;
  /** Rejects with `TalktimeError`. */
  iceServers(callId: string): Promise<IceServers>;
  /** The account's money, as far as known. */
  wallet: {
    readonly state: WalletState | null;
    on(name: "changed", listener: () => void): () => void;
  };
  /** Whether the account must not show its address: then no call is made without a relay. */
  relayOnly(): boolean;
  timers: Timers;
}

/** How long a call that was placed waits for a connection to the server, and its answer. */
const ANSWER_MS_MAX = 10_000;
/** How long an incoming call rings where nobody said how long, and how late the news of its end may be. */
const RING_MS = 45_000;
const NEWS_MS = 5_000;
/** How long the server takes to notice a lost device; only then it waits for its return. */
const NOTICE_MS = 10_000;
const RESUME_MS = 20_000;

export class Calls extends Emitter<CallsEvents> {
  readonly #needs: CallsNeeds;
  readonly #offs: (() => void)[];
  readonly #calls = new CallList();
  #current: LiveCall | null = null;
  #invites = 0;
  #resumeMs = RESUME_MS;

  constructor(needs: CallsNeeds) {
    super();
    this.#needs = needs;
    const { signaling } = needs;
    this.#offs = [
      signaling.on("state", (state) => this.#follow(state)),
      signaling.on("welcome", (welcome) => this.#welcome(welcome)),
      signaling.on("message", (message) => this.#hear(message)),
      needs.wallet.on("changed", () => {
        for (const call of this.#calls.living) call.paysFromNow();
      }),
      onPageHide(() => this.leave()),
    ];
  }

  /** The call that rings, connects or is talked in on this device; null from its end. */
  get current(): Call | null {
    return this.#current;
  }

  /**
   * Call somebody; `authorizing` at once. A refusal is an end of the call.
   *
   * The media is the call's from now on. With a quote `timeLeftMs` knows of one's own limits, too. Throws `TalktimeError` where there is a current call.
   */
  place(callee: Callee, media: LocalMedia, { quote }: { quote?: Quote | undefined } = {}): Call {
    if (this.#current) throw new TalktimeError("There is a call already.");
    this.#invites += 1;
    const invite = {
      type: "call.invite",
      ref: `invite-${this.#invites}`,
      callee_id: "id" in callee ? callee.id : null,
      callee_user_name: "userName" in callee ? callee.userName : null,
    } as const;
    const talkMsMax = quote ? limitOf(quote, this.#needs.wallet.state) : null;
    const call = this.#add(placing(invite, this.#needs.timers.now() + ANSWER_MS_MAX, talkMsMax), media);
    this.#makeCurrent(call);
    if (this.#needs.signaling.state === "open") call.feed({ type: "welcomed", snapshot: null });
    return call;
  }

  /** Hang up, as this device is left; what rings may ring on elsewhere. */
  leave(): void {
    for (const call of this.#calls.living) call.feed({ type: "leave" });
  }

  /** Leave, and listen no more. */
  close(): void {
    this.leave();
    for (const off of this.#offs) off();
  }

  #hear(message: ServerMessage): void {
    if (message.type === "call.incoming") {
      this.#incoming(message);
      return;
    }
    if (message.type === "call.snapshot") {
      this.#stands(message.call);
      return;
    }
    const call = this.#calls.meantBy(message);
    if (message.type === "error") call?.refuse(message);
    else if (call && message.type === "call.accepted" && this.#merges(call)) this.#merge(call, message);
    else call?.feed({ type: "told", message });
  }

  #incoming({ call_id, caller, ring_ms }: Told<"call.incoming">): void {
    if (this.#calls.byId(call_id)?.model.end === null) return;
    this.#ring(ringing(call_id, caller, this.#needs.timers.now() + ring_ms + NEWS_MS));
  }

  /** The server lets nobody be called who is in a call; what crosses with that waits behind the current call. */
  #ring(model: CallModel): void {
    const call = this.#add(model, null);
    if (!this.#current) this.#announce(call);
  }

  #announce(call: LiveCall): void {
    this.#makeCurrent(call);
    this.emit("incoming", call);
  }

  /** Accepted without having been asked for: the invite of this device has accepted it (glare). */
  #merges(call: LiveCall): boolean {
    return !call.model.wanted && call !== this.#current && this.#current?.state === "authorizing";
  }

  #merge(call: LiveCall, message: Told<"call.accepted">): void {
    const { id, other } = call.model;
    this.#calls.remove(call);
    if (id && other) this.#current?.feed({ type: "merged", id, caller: other });
    this.#current?.feed({ type: "told", message });
  }

  #follow(state: string): void {
    const isOver = state === "refused" || state === "idle";
    for (const call of this.#calls.living) {
      if (isOver) call.feed({ type: "cut_off" });
      else if (state !== "open" && call.model.online)
        call.feed({ type: "offline", waitMs: this.#resumeMs + NOTICE_MS });
    }
  }

  #welcome({ call: snapshot, resume_ms, resumed }: Welcome): void {
    this.#resumeMs = resume_ms;
    if (resumed) for (const call of this.#calls.living) call.feed({ type: "resumed" });
    else this.#beginAgain(snapshot);
  }

  /** What was said is lost, and this is the call that the server has for this device. */
  #beginAgain(snapshot: CallSnapshot | null): void {
    const about = snapshot && (this.#calls.byId(snapshot.call_id) ?? this.#current ?? this.#calls.unnamed);
    for (const call of [...this.#calls.all]) {
      // Of several that ring, the server names one.
      const isUntold = snapshot && call !== about && call !== this.#current && !call.model.end;
      if (!isUntold) call.feed({ type: "welcomed", snapshot: call === about ? snapshot : null });
    }
    if (snapshot && !this.#calls.byId(snapshot.call_id)) this.#unknown(snapshot);
  }

  /** Somebody else has the call now, and says how it stands. */
  #stands(snapshot: CallSnapshot): void {
    const call = this.#calls.byId(snapshot.call_id);
    if (call) call.feed({ type: "welcomed", snapshot });
    else this.#unknown(snapshot);
  }

  /** A call of the server that is not known here: it rings, or it is a remainder that nobody wants any more. */
  #unknown({ call_id, role, state, other }: CallSnapshot): void {
    if (role === "callee" && state === "ringing")
      this.#ring(ringing(call_id, other, this.#needs.timers.now() + RING_MS + NEWS_MS));
    else this.#say({ type: "call.hang_up", call_id, ref: null });
  }

  #add(model: CallModel, media: LocalMedia | null): LiveCall {
    const { iceServers, relayOnly, timers, wallet } = this.#needs;
    const call = new LiveCall(
      { iceServers, relayOnly, timers, money: () => wallet.state, say: (message) => this.#say(message) },
      model,
      media,
    );
    call.on("ended", () => this.#over(call));
    this.#calls.add(call);
    return call;
  }

  #over(call: LiveCall): void {
    if (call !== this.#current) return;
    const next = this.#calls.living[0];
    if (next) this.#announce(next);
    else this.#makeCurrent(null);
  }

  #makeCurrent(call: LiveCall | null): void {
    this.#current = call;
    this.emit("current", call);
  }

  #say(message: FromClient): void {
    this.#needs.signaling.post(message);
  }
}
