/** The one login of an operator in this tab, and signals that mirror it. */
import { signal } from "@preact/signals";
import type { Account } from "@talktime/client";
import { Operators } from "@talktime/client/operators";
import { learnInstallation } from "../talktime.js";

export const operators = new Operators({ baseUrl: location.origin });

/** Who is signed in as an operator here; null where nobody is. */
export const operator = signal<Account | null>(null);
/** True once it is known. */
export const restored = signal(false);
/** Whether the server ended the login that was here. */
export const refused = signal(false);

/** Mirror, and find out who is signed in. */
export async function start(): Promise<void> {
  const { session, api } = operators;
  session.on("changed", (now) => {
    operator.value = now;
    if (now) refused.value = false;
  });
  session.on("ended", (reason) => {
    refused.value = reason === "refused";
  });
  void learnInstallation().catch(() => {});
  const found = await session.restore().catch(() => null);
  restored.value = true;
  // The name may be another one since; and rights that are gone are noticed now.
  if (found)
    await api.session().then(
      ({ account }) => session.learn(account),
      () => {},
    );
}
