import { type CallView, ProblemError } from "@talktime/client";
import type { ComponentChildren } from "preact";
import { useRoute } from "preact-iso";
import { duration, moment, money } from "../format.js";
import { useLoad } from "../load.js";
import { PersonActs } from "../people/later.js";
import { CallButton } from "../people/person-row.js";
import { callsChanged, talktime } from "../talktime.js";
import { t } from "../texts/index.js";
import { EmptyState } from "../ui/empty-state.js";
import { Icon } from "../ui/icon.js";
import { LoadFailure, Loading } from "../ui/loaded.js";
import { Screen } from "../ui/screen.js";
import { endingText } from "./outcomes.js";
import "./call-detail.css";

/** `/history/:id`: everything that is kept of one call. */
export function CallDetail() {
  const id = useRoute().params.id ?? "";
  const { data: call, error, again } = useLoad(() => talktime.api.call(id), [id, callsChanged.value]);
  const texts = t().history;
  const name = call?.other?.user_name ?? (call ? texts.unknownPerson : "…");
  const gone = error instanceof ProblemError && (error.status === 404 || error.type === "invalid-fields");
  return (
    <Screen
      title={gone ? texts.noSuchCall : texts.details(name)}
      lead={
        <a class="back" href="/history">
          <Icon name="back" /> {texts.back}
        </a>
      }
    >
      {gone && <EmptyState icon="search" title={t().frame.notFoundHint} />}
      {error && !gone ? <LoadFailure error={error} again={again} /> : null}
      {!call && !error && <Loading />}
      {call && <Facts call={call} />}
    </Screen>
  );
}

function Facts({ call }: { call: CallView }) {
  const texts = t().history;
  const { other, currency, price_minor: price, charge_minor: charge, refunded_minor: refunded } = call;
  return (
    <div class="card stack">
      <dl class="facts">
        {other && (
          <Fact term={texts.with}>
            <a href={`/people/${encodeURIComponent(other.user_name)}`}>{other.user_name}</a>
          </Fact>
        )}
        <Fact term={texts.direction}>{texts[call.direction]}</Fact>
        <Fact term={texts.began}>{moment(call.authorized_at)}</Fact>
        {call.started_at && <Fact term={texts.talkStarted}>{moment(call.started_at)}</Fact>}
        {call.ended_at && <Fact term={texts.ended}>{moment(call.ended_at)}</Fact>}
        <Fact term={texts.ending}>{endingText(call)}</Fact>
        {call.talk_ms !== null && <Fact term={texts.talkTime}>{duration(call.talk_ms)}</Fact>}
        {price !== null && currency && (
          <Fact term={texts.price}>{price ? t().people.price(money(price, currency)) : t().people.free}</Fact>
        )}
        {call.direction === "incoming" && <Fact term={texts.cost}>{texts.free}</Fact>}
        {charge !== null && currency && (
          <Fact term={texts.cost}>{texts.costOf(money(charge, currency), call.minutes ?? 0)}</Fact>
        )}
        {refunded ? currency && <Fact term={texts.refunded}>{money(refunded, currency)}</Fact> : null}
      </dl>
      {other && (
        <div class="stack">
          <div>
            <CallButton id={other.account_id} userName={other.user_name} large />
          </div>
          <PersonActs id={other.account_id} userName={other.user_name} />
        </div>
      )}
    </div>
  );
}

function Fact({ term, children }: { term: string; children: ComponentChildren }) {
  return (
    <div>
      <dt>{term}</dt>
      <dd>{children}</dd>
    </div>
  );
}
