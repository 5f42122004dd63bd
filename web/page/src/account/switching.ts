import { NotLoggedInError } from "@talktime/client";
import { failureText } from "../failures.js";
import { talktime } from "../talktime.js";
import { toast } from "../ui/toast.js";

/** Use another account that is signed in in this browser, in this tab. False, and said, where that fails. */
export async function switchTo(accountId: string): Promise<boolean> {
  try {
    const now = await talktime.session.restore(accountId);
    if (now?.id === accountId) return true;
    // That login was ended from elsewhere, and this tab is still who it was.
    throw new NotLoggedInError();
  } catch (error) {
    toast(failureText(error), "danger");
    return false;
  }
}

/** Sign out in this browser; nobody else is let in by that. */
export async function leave(): Promise<void> {
  await talktime.session.logOut().catch(() => {});
}
