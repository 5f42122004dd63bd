import { useLocation } from "preact-iso";
import { usePages } from "../load.js";
import { callsChanged, talktime } from "../talktime.js";
import { t } from "../texts/index.js";
import { EmptyState } from "../ui/empty-state.js";
import { Pages } from "../ui/loaded.js";
import { Screen } from "../ui/screen.js";
import { Select } from "../ui/select.js";
import { CallRow } from "./call-row.js";
import { isOutcome, OUTCOMES, type Outcome } from "./outcomes.js";
import "./history.css";

type Direction = "incoming" | "outgoing";

/** `/history`: the calls one made and got, newest first. The filters are in the address. */
export function History() {
  const { query } = useLocation();
  const direction = query.direction === "incoming" || query.direction === "outgoing" ? query.direction : null;
  const outcome = isOutcome(query.outcome) ? query.outcome : null;
  const pages = usePages(
    (options) =>
      talktime.api.calls({
        ...options,
        ...(direction && { direction }),
        ...(outcome && { outcome: OUTCOMES[outcome] }),
      }),
    [direction, outcome, callsChanged.value],
  );
  const texts = t().history;
  const filtered = direction !== null || outcome !== null;
  return (
    <Screen title={texts.title}>
      <Filters direction={direction} outcome={outcome} />
      <Pages
        pages={pages}
        empty={
          <EmptyState icon="clock" title={filtered ? texts.emptyFilter : texts.empty}>
            {filtered ? texts.emptyFilterHint : texts.emptyHint}
          </EmptyState>
        }
      >
        <ul class="rows" aria-label={texts.calls}>
          {pages.items?.map((call) => (
            <CallRow key={call.id} call={call} />
          ))}
        </ul>
      </Pages>
    </Screen>
  );
}

function Filters({ direction, outcome }: { direction: Direction | null; outcome: Outcome | null }) {
  const { route } = useLocation();
  const texts = t().history;
  const filter = (wanted: Record<string, string | null>) => {
    const given = Object.entries({ direction, outcome, ...wanted }).filter(([, value]) => value);
    const query = new URLSearchParams(given as [string, string][]).toString();
    route(query ? `/history?${query}` : "/history", true);
  };
  return (
    <div class="history-filters">
      <Select<Direction | "">
        label={texts.direction}
        value={direction ?? ""}
        options={[
          { value: "", label: texts.all },
          { value: "outgoing", label: texts.outgoing },
          { value: "incoming", label: texts.incoming },
        ]}
        onChange={(value) => filter({ direction: value || null })}
      />
      <Select<Outcome | "">
        label={texts.outcome}
        value={outcome ?? ""}
        options={[
          { value: "", label: texts.all },
          ...(Object.keys(OUTCOMES) as Outcome[]).map((value) => ({ value, label: texts[value] })),
        ]}
        onChange={(value) => filter({ outcome: value || null })}
      />
    </div>
  );
}
