/** The one Talktime of this page, and signals that mirror it. */

import { signal } from "@preact/signals";
import { type Account, type Call, type ConnectionState, Talktime, type WalletState } from "@talktime/client";
import { installation } from "./installation.js";

/** The callee is not told when a call is settled; after this time it mostly is. */
const SETTLED_MS = 1_500;

export const talktime = new Talktime({ baseUrl: location.origin });

/** Who uses this tab; null where nobody is logged in. */
export const account = signal<Account | null>(null);
/** The newest known state of the account's money. */
export const wallet = signal<WalletState | null>(null);
/** The call that rings, connects or is talked in on this device. */
export const currentCall = signal<Call | null>(null);
export const connectionState = signal<ConnectionState>("idle");
/** Grows whenever the list of one's calls is another one. */
export const callsChanged = signal(0);
/** True once it is known whether somebody is logged in. */
export const restored = signal(false);

/** Mirror, find out who is logged in, and connect. */
export async function start(): Promise<void> {
  talktime.session.on("changed", (now) => {
    // The socket brings it too, but may be slower.
    if (now && now.id !== account.peek()?.id) void talktime.api.wallet().catch(() => {});
    account.value = now;
  });
  talktime.wallet.on("changed", (now) => {
    wallet.value = now;
  });
  talktime.calls.on("current", (now) => {
    currentCall.value = now;
  });
  talktime.connection.on("state", (now) => {
    connectionState.value = now;
  });
  talktime.connection.on("message", (message) => {
    if (message.type === "call.charged") callsChanged.value += 1;
    if (message.type === "call.ended") setTimeout(() => (callsChanged.value += 1), SETTLED_MS);
  });
  talktime.start();
  await talktime.session.restore().catch(() => null);
  account.value = talktime.session.account;
  restored.value = true;
  await learnInstallation().catch(() => {});
}

/** Ask what is the same for everybody, unless it is known; the screens that need it ask again. */
export async function learnInstallation(): Promise<void> {
  installation.value ??= await talktime.api.installation();
}
