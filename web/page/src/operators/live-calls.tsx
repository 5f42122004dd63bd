import type { CallRecord } from "@talktime/client/operators";
import { useState } from "preact/hooks";
import { money } from "../format.js";
import { useLoad } from "../load.js";
import { t } from "../texts/index.js";
import { Button } from "../ui/button.js";
import { EmptyState } from "../ui/empty-state.js";
import { LoadFailure, Loading } from "../ui/loaded.js";
import { Screen } from "../ui/screen.js";
import { callAddress } from "./address.js";
import { EndDialog } from "./end-dialog.js";
import { operators } from "./operators.js";
import { pagesOf } from "./pages-of.js";
import { calleeName, callerName, stateText } from "./parties.js";
import { useRefresh } from "./refreshing.js";
import { o } from "./words.js";
import "../ui/rows.css";

const REFRESH_MS = 5_000;

/** `/operators/calls`: the calls that go on, kept up to date while somebody looks. */
export function LiveCalls() {
  const [pages, setPages] = useState(1);
  const { data, loading, error, again } = useLoad(
    (signal) => pagesOf(pages, (page) => operators.api.liveCalls({ ...page, signal })),
    [pages],
  );
  useRefresh(again, REFRESH_MS);
  const [ending, setEnding] = useState<CallRecord | null>(null);
  const texts = o().calls;
  return (
    <Screen title={texts.title} lead={<span class="muted">{texts.refreshed}</span>}>
      {error ? <LoadFailure error={error} again={again} /> : null}
      {!data && !error && <Loading />}
      {data?.items.length === 0 && (
        <EmptyState icon="phone" title={texts.none}>
          {texts.noneHint}
        </EmptyState>
      )}
      {data && data.items.length > 0 && (
        <ul class="rows" aria-label={texts.list}>
          {data.items.map((call) => (
            <LiveCall key={call.id} call={call} onEnd={() => setEnding(call)} />
          ))}
        </ul>
      )}
      {data?.isMore && (
        <Button class="load-more" busy={loading} onClick={() => setPages(pages + 1)}>
          {t().ui.loadMore}
        </Button>
      )}
      {ending && <EndDialog call={ending} onDone={again} onClose={() => setEnding(null)} />}
    </Screen>
  );
}

function LiveCall({ call, onEnd }: { call: CallRecord; onEnd: () => void }) {
  const texts = o().calls;
  const [caller, callee] = [callerName(call), calleeName(call)];
  return (
    <li>
      <div class="row-text">
        <a class="row-title row-link" href={callAddress(call.id)}>
          {texts.pair(caller, callee)}
        </a>
        <div class="row-detail">
          <span>{stateText(call)}</span>
          <span>{texts.held(call.minutes_held)}</span>
          <span>
            {call.price_minor ? t().people.price(money(call.price_minor, call.currency)) : t().people.free}
          </span>
        </div>
      </div>
      {call.end_asked_at ? (
        <span class="muted small">{o().calls.ending}</span>
      ) : (
        <Button small kind="danger" icon="hang-up" aria-label={o().acts.end.of(caller, callee)} onClick={onEnd}>
          {o().acts.end.name}
        </Button>
      )}
    </li>
  );
}
