import type { CallView } from "@talktime/client";
import { CallSummary } from "../history/call-summary.js";
import { useLoad } from "../load.js";
import { callsChanged, talktime } from "../talktime.js";
import { t } from "../texts/index.js";
import { EmptyState } from "../ui/empty-state.js";
import { LoadFailure, Loading } from "../ui/loaded.js";
import { PersonRow } from "./person-row.js";

const CALLS_LOOKED_AT = 50;
const PEOPLE_SHOWN = 8;

/** Whom one talked to last, to be called again. */
export function Recent() {
  const { data, error, again } = useLoad(
    (signal) => talktime.api.calls({ limit: CALLS_LOOKED_AT, signal }),
    [callsChanged.value],
  );
  const texts = t().people;
  return (
    <section class="stack" aria-labelledby="recent">
      <h2 id="recent">{texts.recent}</h2>
      {error ? <LoadFailure error={error} again={again} /> : null}
      {!data && !error && <Loading />}
      {data && <Latest calls={latest(data.items)} />}
    </section>
  );
}

function Latest({ calls }: { calls: CallView[] }) {
  const texts = t().people;
  if (!calls.length) {
    return (
      <div class="card">
        <EmptyState icon="phone" title={texts.noCalls}>
          {texts.noCallsHint}
        </EmptyState>
      </div>
    );
  }
  return (
    <ul class="rows">
      {calls.map((call) => (
        <PersonRow key={call.id} id={call.other?.account_id ?? ""} userName={call.other?.user_name ?? ""}>
          <CallSummary call={call} />
        </PersonRow>
      ))}
    </ul>
  );
}

/** Return the newest call with each person who is still there. */
export function latest(calls: readonly CallView[]): CallView[] {
  const byPerson = new Map<string, CallView>();
  for (const call of calls) {
    if (call.other && !byPerson.has(call.other.account_id)) byPerson.set(call.other.account_id, call);
  }
  return [...byPerson.values()].slice(0, PEOPLE_SHOWN);
}
