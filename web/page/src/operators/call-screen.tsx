import type { CallParty, CallRecord } from "@talktime/client/operators";
import { useState } from "preact/hooks";
import { duration, moment, money } from "../format.js";
import { useLoad } from "../load.js";
import { Button } from "../ui/button.js";
import { Icon } from "../ui/icon.js";
import { LoadFailure, Loading } from "../ui/loaded.js";
import { Screen } from "../ui/screen.js";
import { accountAddress, asking, OPERATORS } from "./address.js";
import { EndDialog } from "./end-dialog.js";
import { Fact } from "./facts.js";
import { operators } from "./operators.js";
import { calleeName, callerName, stateText } from "./parties.js";
import { useRefresh } from "./refreshing.js";
import { o } from "./words.js";

const REFRESH_MS = 5_000;

/** `/operators/calls/:id`: one call, going on or over. */
export function CallScreen({ id }: { id: string }) {
  const { data: call, error, again } = useLoad((signal) => operators.api.call(id, signal), [id]);
  const [ending, setEnding] = useState(false);
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
              <Button kind="danger" icon="hang-up" onClick={() => setEnding(true)}>
                {o().acts.end.name}
              </Button>
            )}
            <a class="back" href={asking(`${OPERATORS}/log`, { call: id })}>
              {o().account.log}
            </a>
          </div>
        </div>
      )}
      {call && ending && <EndDialog call={call} onDone={again} onClose={() => setEnding(false)} />}
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
      <Fact term={texts.node}>{call.node}</Fact>
    </dl>
  );
}

function Party({ party, name }: { party: CallParty | null; name: string }) {
  return party ? <a href={accountAddress(party.account_id)}>{name}</a> : name;
}
