import { useState } from "preact/hooks";
import { failureText } from "../failures.js";
import { useLoad } from "../load.js";
import { account, talktime } from "../talktime.js";
import { c } from "../texts/contact.js";
import { Button } from "../ui/button.js";
import { LoadFailure } from "../ui/loaded.js";
import { toast } from "../ui/toast.js";
import { contacts, isOn, listsChanged, refused } from "./lists.js";
import "./person-acts.css";

interface PersonActsProps {
  id: string;
  userName: string;
}

/** Whether somebody's calls are refused, and whether they are a contact: each can be changed. */
export function PersonActs({ id, userName }: PersonActsProps) {
  const texts = c();
  const { busy, act } = useAct();
  const { data, error, again } = useLoad(
    async (signal) => {
      const [isRefused, isContact] = await Promise.all([isOn(refused, id, signal), isOn(contacts, id, signal)]);
      return { isRefused, isContact };
    },
    [id, listsChanged.value],
  );
  if (account.value?.id === id) return null;
  if (error) return <LoadFailure error={error} again={again} />;
  if (!data) return null;
  const { isRefused, isContact } = data;
  return (
    <div class="person-acts">
      {isRefused && <p class="muted">{texts.refusedNow(userName)}</p>}
      <div class="person-acts-buttons">
        <Button
          small
          icon={isContact ? "check" : "plus"}
          busy={busy}
          aria-label={isContact ? texts.removeContactOf(userName) : texts.addContactOf(userName)}
          onClick={() =>
            isContact
              ? act(() => contacts.remove(id), texts.contactRemoved(userName))
              : act(() => contacts.add(id), texts.contactAdded(userName))
          }
        >
          {isContact ? texts.removeContact : texts.addContact}
        </Button>
        <Button
          small
          icon={isRefused ? "phone" : "hang-up"}
          busy={busy}
          aria-label={isRefused ? texts.allowCallsOf(userName) : texts.refuseCallsOf(userName)}
          onClick={() =>
            isRefused
              ? act(() => refused.remove(id), texts.callsAllowed(userName))
              : act(() => refused.add(id), texts.callsRefused(userName))
          }
        >
          {isRefused ? texts.allowCalls : texts.refuseCalls}
        </Button>
      </div>
    </div>
  );
}

/** Where a call was refused because oneself refuses the other one's calls: change that. */
export function AllowCalls({ userName, onAllowed }: { userName: string; onAllowed: () => void }) {
  const texts = c();
  const { busy, act } = useAct();
  const allow = async () => {
    const { id } = await talktime.api.person(userName);
    await refused.remove(id);
    onAllowed();
  };
  return (
    <Button
      kind="primary"
      icon="phone"
      busy={busy}
      aria-label={texts.allowCallsOf(userName)}
      onClick={() => act(allow, texts.callsAllowed(userName))}
    >
      {texts.allowCalls}
    </Button>
  );
}

function useAct() {
  const [busy, setBusy] = useState(false);
  const act = (action: () => Promise<void>, done: string) => {
    setBusy(true);
    action()
      .then(
        () => toast(done),
        (error: unknown) => toast(failureText(error), "danger"),
      )
      .finally(() => setBusy(false));
  };
  return { busy, act };
}
