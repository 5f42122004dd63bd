import type { CallParty, CallRecord, CallRefund } from "@talktime/client/operators";
import { useState } from "preact/hooks";
import { duration, moment, money } from "../format.js";
import { useLoad, usePages } from "../load.js";
import { Button } from "../ui/button.js";
import { Icon } from "../ui/icon.js";
import { LoadFailure, Loading, Pages } from "../ui/loaded.js";
import { Screen } from "../ui/screen.js";
import { accountAddress, asking, OPERATORS } from "./address.js";
import { EndDialog } from "./end-dialog.js";
import { Fact } from "./facts.js";
import { refundableOf } from "./giving-back.js";
import { operator, operators } from "./operators.js";
import { calleeName, callerName, stateText } from "./parties.js";
import { useRefresh } from "./refreshing.js";
import { RefundDialog } from "./refund-dialog.js";
import { o } from "./words.js";

const REFRESH_MS = 5_000;

/** `/operators/calls/:id`: one call, going on or over. */
export function CallScreen({ id }: { id: string }) {
  const { data: call, error, again } = useLoad((signal) => operators.api.call(id, signal), [id]);
  const [open, setOpen] = useState<"end" | "refund" | null>(null);
  useRefresh(() => call?.ended_at || again(), REFRESH_MS);
  const texts = o().calls;
  return (
    <Screen
      title={call ? texts.pair(callerName(call), calleeName(call)) : texts.callTitle}
      lead={
        <a class="back" href={`${OPERATORS}/calls`}>
          <Icon name="back" /> {texts.back}
        </a>
      }
    >
      {error ? <LoadFailure error={error} again={again} /> : null}
      {!call && !error && <Loading />}
      {call && (
        <div class="card stack">
          <Facts call={call} />
          <div class="row">
            {!call.ended_at && !call.end_asked_at && (
              <Button kind="danger" icon="hang-up" onClick={() => setOpen("end")}>
                {o().acts.end.name}
              </Button>
            )}
            {refundableOf(call) > 0 && !isOwn(call) && (
              <Button onClick={() => setOpen("refund")}>{o().acts.refund.name}</Button>
            )}
            <a class="back" href={asking(`${OPERATORS}/log`, { call: id })}>
              {o().account.log}
            </a>
          </div>
        </div>
      )}
      {call && call.refunded_minor > 0 && <Refunds call={call} />}
      {call && open === "end" && <EndDialog call={call} onDone={again} onClose={() => setOpen(null)} />}
      {call && open === "refund" && <RefundDialog call={call} onDone={again} onClose={() => setOpen(null)} />}
    </Screen>
  );
}

function Facts({ call }: { call: CallRecord }) {
  const texts = o().calls;
  const { currency, charge_minor: charge } = call;
  return (
    <dl class="facts">
      <Fact term={texts.caller}>
        <Party party={call.caller} name={callerName(call)} />
      </Fact>
      <Fact term={texts.callee}>
        <Party party={call.callee} name={calleeName(call)} />
      </Fact>
      <Fact term={call.ended_at ? texts.outcome : texts.state}>{stateText(call)}</Fact>
      <Fact term={texts.began}>{moment(call.authorized_at)}</Fact>
      {call.started_at && <Fact term={texts.talkBegan}>{moment(call.started_at)}</Fact>}
      {call.end_asked_at && <Fact term={texts.endAsked}>{moment(call.end_asked_at)}</Fact>}
      {call.ended_at && <Fact term={texts.ended}>{moment(call.ended_at)}</Fact>}
      {call.talk_ms === null ? (
        <>
          <Fact term={texts.proven}>{duration(call.proof_talk_ms)}</Fact>
          <Fact term={texts.minutesHeld}>{call.minutes_held}</Fact>
        </>
      ) : (
        <Fact term={texts.talked}>{duration(call.talk_ms)}</Fact>
      )}
      <Fact term={texts.price}>{call.price_minor ? money(call.price_minor, currency) : o().acts.price.free}</Fact>
      {charge !== null && (
        <Fact term={texts.charged}>{texts.chargedFor(money(charge, currency), call.minutes ?? 0)}</Fact>
      )}
      {call.refunded_minor > 0 && <Fact term={texts.refunded}>{money(call.refunded_minor, currency)}</Fact>}
      {call.earned_minor > 0 && <Fact term={texts.earned}>{money(call.earned_minor, currency)}</Fact>}
      <Fact term={texts.node}>{call.node}</Fact>
    </dl>
  );
}

/** What was given back, and why. */
function Refunds({ call }: { call: CallRecord }) {
  const pages = usePages((page) => operators.money.callRefunds(call.id, page), [call.id, call.refunded_minor]);
  const title = o().calls.refunds;
  return (
    <section class="stack" aria-labelledby="refunds">
      <h2 id="refunds">{title}</h2>
      <Pages pages={pages} empty={null}>
        <ul class="rows" aria-labelledby="refunds">
          {pages.items?.map((refund) => (
            <Refund key={refund.number} refund={refund} />
          ))}
        </ul>
      </Pages>
    </section>
  );
}

function Refund({ refund }: { refund: CallRefund }) {
  const { amount_minor: amount, taken_back_minor: taken, currency, created_at: at, reason } = refund;
  const texts = o().calls;
  return (
    <li>
      <div class="row-text">
        <span class="row-title">{reason ?? texts.setRight}</span>
        <div class="row-detail">
          <time dateTime={at}>{moment(at)}</time>
          {taken > 0 && <span>{texts.takenBack(money(taken, currency))}</span>}
        </div>
      </div>
      <span class="row-end amount">{money(amount, currency)}</span>
    </li>
  );
}

/** Nobody acts on the own money. */
function isOwn({ caller, callee }: CallRecord): boolean {
  return [caller.account_id, callee?.account_id].includes(operator.value?.id);
}

function Party({ party, name }: { party: CallParty | null; name: string }) {
  return party ? <a href={accountAddress(party.account_id)}>{name}</a> : name;
}
