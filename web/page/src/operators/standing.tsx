import type { AccountDetails, StandingAct } from "@talktime/client/operators";
import { useState } from "preact/hooks";
import { longDate, moment } from "../format.js";
import { Button } from "../ui/button.js";
import { ActDialog } from "./act-dialog.js";
import { Card } from "./facts.js";
import { operator, operators } from "./operators.js";
import { o } from "./words.js";

interface StandingProps {
  account: AccountDetails;
  name: string;
  onDone: () => void;
}

/** What the account may do, and the acts that change it. */
export function Standing({ account, name, onDone }: StandingProps) {
  const [act, setAct] = useState<StandingAct | null>(null);
  const texts = o().acts;
  return (
    <Card title={o().account.standing}>
      {sentences(account).map((sentence) => (
        <p key={sentence}>{sentence}</p>
      ))}
      <div class="row">
        {actsOn(account).map((each) => (
          <Button key={each} onClick={() => setAct(each)}>
            {texts[each].name}
          </Button>
        ))}
      </div>
      {act && (
        <ActDialog
          title={texts[act].title(name)}
          hint={texts[act].hint}
          submit={texts[act].name}
          danger={isHarsh(act)}
          act={(reason) => operators.api.change(account.id, act, reason)}
          done={texts[act].done(name)}
          onDone={onDone}
          onClose={() => setAct(null)}
        />
      )}
    </Card>
  );
}

function sentences(account: AccountDetails): string[] {
  const texts = o().account;
  if (account.deleted_at) return [texts.isDeleted(longDate(new Date(account.deleted_at)))];
  const said: string[] = [];
  if (account.disabled_at) said.push(texts.isDisabled(moment(account.disabled_at)));
  if (account.blocked_by_operator) said.push(texts.isBlockedByOperator);
  else if (account.blocked) said.push(texts.isBlocked);
  if (!said.length) said.push(texts.mayCall);
  if (account.is_operator) said.push(account.id === operator.value?.id ? texts.own : texts.isOperator);
  return said;
}

/** Nobody acts on the own account, or on one whose person has left. */
function actsOn(account: AccountDetails): StandingAct[] {
  if (account.deleted_at || account.id === operator.value?.id) return [];
  return [account.blocked_by_operator ? "unblock" : "block", account.disabled_at ? "enable" : "disable"];
}

function isHarsh(act: StandingAct): boolean {
  return act === "block" || act === "disable";
}
