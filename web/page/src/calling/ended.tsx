import type { Call, CallEnd, CallView } from "@talktime/client";
import { useEffect, useState } from "preact/hooks";
import { duration, money } from "../format.js";
import { openLimits } from "../money/open-limits.js";
import { openTopUp } from "../money/open-top-up.js";
import { AllowCalls, PersonActs } from "../people/later.js";
import { wallet } from "../talktime.js";
import { t } from "../texts/index.js";
import { Avatar } from "../ui/avatar.js";
import { Button } from "../ui/button.js";
import { Dialog } from "../ui/dialog.js";
import { Notice } from "../ui/notice.js";
import { endText, nameOf } from "./messages.js";
import { costOf, isMissed } from "./outcome.js";
import { chargeIn, endIn } from "./record.js";
import { callAgain, dismiss, endedByOneself } from "./shown-call.js";
import { useChanges } from "./use-changes.js";
import { useRecord } from "./use-record.js";
import "./ended.css";

/** Mostly it is known at once; who has waited for so long is not kept waiting. */
const CHARGING_MS_MAX = 5_000;

/** Why the call is over, what it cost, and what can be done next. */
export function Ended({ call, end: told }: { call: Call; end: CallEnd }) {
  useChanges(call);
  const record = useRecord(call, told);
  const end = record ? endIn(record, told) : told;
  const [more, setMore] = useState(false);
  const texts = t().calling;
  const name = nameOf(call);
  const missed = isMissed(end, call.role);
  const poor = call.role === "caller" && isPoor(call, end);
  return (
    <Dialog
      title={missed ? texts.missed : texts.ended}
      class="ended"
      closeButton={false}
      onClose={() => dismiss(call)}
    >
      <div class="ended-why">
        <Avatar name={name} />
        <p data-testid="end-reason">{endText(end, call.role, name, endedByOneself(call))}</p>
      </div>
      {end.talkMs > 0 && <p class="muted">{texts.talkTimeWas(duration(end.talkMs))}</p>}
      {call.role === "caller" && <Money call={call} end={end} record={record} />}
      {call.role === "callee" && call.other && (
        <details class="ended-more" onToggle={(event) => setMore(event.currentTarget.open)}>
          <summary>{t().people.more(name)}</summary>
          {more && <PersonActs id={call.other.account_id} userName={call.other.user_name} />}
        </details>
      )}
      <div class="dialog-actions">
        <Button onClick={() => dismiss(call)}>{t().ui.close}</Button>
        {end.reason === "on_your_blocklist" && call.otherName && (
          <AllowCalls userName={call.otherName} onAllowed={() => callAgain(call)} />
        )}
        {call.otherName && end.reason !== "on_your_blocklist" && (
          <Button kind={poor ? "secondary" : "primary"} icon="camera" onClick={() => callAgain(call)}>
            {missed ? texts.callBack : texts.callAgain}
          </Button>
        )}
      </div>
    </Dialog>
  );
}

/** The bill, and what is left. */
function Money({ call, end, record }: { call: Call; end: CallEnd; record: CallView | null }) {
  const texts = t().calling;
  useChanges(call);
  const told = call.endTold || record !== null;
  const cost = costOf(end, told, call.charge ?? (record && chargeIn(record)));
  const isLong = useLater(CHARGING_MS_MAX);
  const now = wallet.value;
  const currency = call.cost?.currency ?? now?.currency;
  const charged =
    cost.known && cost.chargeMinor > 0 && currency
      ? texts.charge(money(cost.chargeMinor, currency), cost.minutes)
      : texts.free;
  return (
    <div class="ended-money">
      <p data-testid="charge" role="status">
        {cost.known ? charged : isLong ? texts.chargingLong : texts.charging}
      </p>
      {now && cost.known && <p class="muted">{texts.balanceNow(money(now.available_minor, now.currency))}</p>}
      {end.reason === "spend_limit" && (
        <Notice
          kind="warning"
          action={
            <Button small onClick={openLimits}>
              {texts.changeLimits}
            </Button>
          }
        >
          {limitText(end)}
        </Notice>
      )}
      {cost.known && isPoor(call, end) && (
        <Notice
          kind="warning"
          role="status"
          action={
            <Button kind="primary" small onClick={() => openTopUp({ amountMinor: end.shortfallMinor })}>
              {texts.topUp}
            </Button>
          }
        >
          {texts.blockedHint}
        </Notice>
      )}
    </div>
  );
}

/** Which limit of one's own it was. */
function limitText({ spendLimit = "call", leftMinor, currency }: CallEnd): string {
  const texts = t().calling;
  if (leftMinor === undefined || !currency) return texts.limitReached[spendLimit];
  return texts.limitLeaves[spendLimit](money(leftMinor, currency));
}

/** Whether so much time has passed. */
function useLater(afterMs: number): boolean {
  const [later, setLater] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setLater(true), afterMs);
    return () => clearTimeout(timer);
  }, []);
  return later;
}

/** Whether there is less than a minute's price, as it is with this person. */
function isPoor(call: Call, end: CallEnd): boolean {
  const now = wallet.value;
  return now !== null && now.available_minor < (call.cost?.priceMinor ?? end.priceMinor ?? now.price_minor);
}
