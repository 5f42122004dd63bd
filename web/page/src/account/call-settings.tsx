import type { Account } from "@talktime/client";
import { useState } from "preact/hooks";
import { failureText } from "../failures.js";
import { talktime } from "../talktime.js";
import { t } from "../texts/index.js";
import { Notice } from "../ui/notice.js";
import { Switch } from "../ui/switch.js";

/** What concerns every call of the account, on whichever device. */
export function CallSettings({ account }: { account: Account }) {
  const [wanted, setWanted] = useState<boolean | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  const texts = t().account.settings;
  const change = async (relayOnly: boolean) => {
    setWanted(relayOnly);
    setFailure(null);
    try {
      await talktime.api.updateMe({ relay_only: relayOnly });
    } catch (error) {
      setFailure(failureText(error));
    }
    setWanted(null);
  };
  return (
    <>
      {failure && (
        <Notice kind="danger" role="alert">
          {failure}
        </Notice>
      )}
      <Switch
        label={texts.relayOnly}
        hint={texts.relayOnlyHint}
        checked={wanted ?? account.relay_only}
        onChange={(on) => void change(on)}
      />
    </>
  );
}
