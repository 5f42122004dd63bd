import { failureText } from "../failures.js";
import { account, talktime } from "../talktime.js";
import { toast } from "../ui/toast.js";

/** Use another account that is signed in in this browser, in this tab. */
export async function switchTo(accountId: string): Promise<void> {
  try {
    await talktime.session.restore(accountId);
  } catch (error) {
    toast(failureText(error), "danger");
  }
}

/** Sign out here; goes on as the next account of this browser, where there is one. */
export async function leave(): Promise<void> {
  await talktime.session.logOut();
  const next = talktime.session.accounts()[0];
  if (!account.value && next) await switchTo(next.id);
}
