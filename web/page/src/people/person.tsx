import { ProblemError } from "@talktime/client";
import { useRoute } from "preact-iso";
import { CallRow } from "../history/call-row.js";
import { useLoad } from "../load.js";
import { useQuote } from "../money/quote.js";
import { QuoteLine } from "../money/quote-line.js";
import { callsChanged, talktime } from "../talktime.js";
import { t } from "../texts/index.js";
import { Avatar } from "../ui/avatar.js";
import { EmptyState } from "../ui/empty-state.js";
import { LoadFailure, Loading } from "../ui/loaded.js";
import { Screen } from "../ui/screen.js";
import { PersonActs, PresenceOf } from "./later.js";
import { CallButton } from "./person-row.js";
import "./person.css";

const CALLS_LOOKED_AT = 100;

/** `/people/:name`: somebody, what calling them costs, and the calls there were. */
export function Person() {
  const name = useRoute().params.name ?? "";
  return <Card key={name} name={name} />;
}

function Card({ name }: { name: string }) {
  const { data: person, error, again } = useLoad(() => talktime.api.person(name), [name]);
  const texts = t().people;
  const gone = error instanceof ProblemError && error.status < 500 && error.status !== 429;
  return (
    <Screen title={person?.user_name ?? name}>
      {person && (
        <div class="card person">
          <Avatar name={person.user_name} size="large" />
          <Price userName={person.user_name} />
          <PresenceOf id={person.id} full />
          <CallButton id={person.id} userName={person.user_name} large />
          <PersonActs id={person.id} userName={person.user_name} />
        </div>
      )}
      {gone && (
        <EmptyState icon="search" title={texts.nobody(name)}>
          <a href="/">{t().frame.toPeople}</a>
        </EmptyState>
      )}
      {error && !gone ? <LoadFailure error={error} again={again} /> : null}
      {!person && !error && <Loading />}
      {person && <CallsWith id={person.id} />}
    </Screen>
  );
}

function Price({ userName }: { userName: string }) {
  const { data: quote, error, again } = useQuote(userName);
  if (quote) return <QuoteLine quote={quote} />;
  return error ? <LoadFailure error={error} again={again} /> : <Loading />;
}

function CallsWith({ id }: { id: string }) {
  const { data } = useLoad(
    (signal) => talktime.api.calls({ limit: CALLS_LOOKED_AT, signal }),
    [id, callsChanged.value],
  );
  const calls = data?.items.filter((call) => call.other?.account_id === id) ?? [];
  if (!calls.length) return null;
  return (
    <section class="stack" aria-labelledby="calls-with">
      <h2 id="calls-with">{t().people.callsWith}</h2>
      <ul class="rows">
        {calls.map((call) => (
          <CallRow key={call.id} call={call} />
        ))}
      </ul>
    </section>
  );
}
