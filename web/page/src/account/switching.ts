import { failureText } from "../failures.js";
import { talktime } from "../talktime.js";
import { toast } from "../ui/toast.js";

/** Use another account that is signed in in this browser, in this tab. */
export async function switchTo(accountId: string): Promise<void> {
  try {
    await talktime.session.restore(accountId);
  } catch (error) {
    toast(failureText(error), "danger");
  }
}

/** Sign out in this browser; nobody else is let in by that. */
export async function leave(): Promise<void> {
  await talktime.session.logOut().catch(() => {});
}
