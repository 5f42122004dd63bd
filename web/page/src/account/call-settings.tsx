import type { Account, Installation, ProfileChanges } from "@talktime/client";
import { useState } from "preact/hooks";
import { failureText } from "../failures.js";
import { installation } from "../installation.js";
import { useLoad } from "../load.js";
import { learnInstallation, talktime } from "../talktime.js";
import { t } from "../texts/index.js";
import { m } from "../texts/own.js";
import { Choice } from "../ui/choice.js";
import { Notice } from "../ui/notice.js";
import { Switch } from "../ui/switch.js";

/** Return what is said of hiding one's address; where nothing relays it can be turned off, not on. */
export function relaySwitch(on: boolean, here: Pick<Installation, "relay_available"> | null) {
  const texts = m().settings;
  if (here?.relay_available !== false) return { hint: texts.relayOnlyHint, disabled: false };
  return { hint: on ? texts.relayMissing : t().problems.relayNotOffered, disabled: !on };
}

/** What concerns every call of the account, on whichever device. */
export function CallSettings({ account }: { account: Account }) {
  const [wanted, setWanted] = useState<ProfileChanges>({});
  const [failure, setFailure] = useState<string | null>(null);
  const texts = m().settings;
  const change = async (changes: ProfileChanges) => {
    setWanted(changes);
    setFailure(null);
    try {
      await talktime.api.updateMe(changes);
    } catch (error) {
      setFailure(failureText(error));
    }
    setWanted({});
  };
  useLoad(learnInstallation, []);
  const relay = relaySwitch(account.relay_only, installation.value);
  return (
    <>
      {failure && (
        <Notice kind="danger" role="alert">
          {failure}
        </Notice>
      )}
      <Switch
        label={texts.doNotDisturb}
        hint={texts.doNotDisturbHint}
        checked={wanted.do_not_disturb ?? account.do_not_disturb}
        onChange={(do_not_disturb) => void change({ do_not_disturb })}
      />
      <Choice
        label={texts.callsFrom}
        value={wanted.calls_from ?? account.calls_from}
        options={[
          { value: "everybody", label: texts.callsFromEverybody },
          { value: "contacts", label: texts.callsFromContacts },
        ]}
        onChange={(calls_from) => void change({ calls_from })}
      />
      <p class="field-hint">{texts.callsFromHint}</p>
      <Choice
        label={texts.presenceTo}
        value={wanted.presence_to ?? account.presence_to}
        options={[
          { value: "callers", label: texts.presenceToCallers },
          { value: "contacts", label: texts.presenceToContacts },
          { value: "nobody", label: texts.presenceToNobody },
        ]}
        onChange={(presence_to) => void change({ presence_to })}
      />
      <Switch
        label={texts.lastSeenShared}
        hint={texts.lastSeenSharedHint}
        checked={wanted.last_seen_shared ?? account.last_seen_shared}
        onChange={(last_seen_shared) => void change({ last_seen_shared })}
      />
      <Switch
        label={texts.relayOnly}
        hint={relay.hint}
        disabled={relay.disabled}
        checked={wanted.relay_only ?? account.relay_only}
        onChange={(relay_only) => void change({ relay_only })}
      />
    </>
  );
}
