import type { Action } from "@talktime/client/operators";
import { useLocation } from "preact-iso";
import { usePages } from "../load.js";
import { Button } from "../ui/button.js";
import { EmptyState } from "../ui/empty-state.js";
import { Pages } from "../ui/loaded.js";
import { Screen } from "../ui/screen.js";
import { Select } from "../ui/select.js";
import { Act } from "./act.js";
import { asking, OPERATORS } from "./address.js";
import { operators } from "./operators.js";
import { o } from "./words.js";
import "../ui/rows.css";

const LOOKS: readonly Action[] = [
  "operator.logged_in",
  "accounts.searched",
  "account.viewed",
  "calls.listed",
  "call.viewed",
];
const SUBJECTS = ["account", "call", "actor"] as const;
type Shown = Action | "" | "changes";

/** `/operators/log`: what operators did, newest first. What to show is in the address. */
export function Log() {
  const { query, route } = useLocation();
  const texts = o().log;
  const kinds = Object.keys(texts.actions) as Action[];
  const shown = [...kinds, "changes"].find((each) => each === query.action) as Shown | undefined;
  const action = shown === "changes" ? kinds.filter((each) => !LOOKS.includes(each)) : shown ? [shown] : undefined;
  const about = SUBJECTS.filter((subject) => query[subject]);
  const pages = usePages(
    (page) =>
      operators.api.acts({
        ...page,
        ...(action && { action }),
        ...Object.fromEntries(about.map((subject) => [subject, [query[subject]]])),
      }),
    SUBJECTS.map((subject) => query[subject]).concat(shown),
  );
  const go = (changes: Record<string, string | null>) =>
    route(asking(`${OPERATORS}/log`, { ...query, ...changes }), true);
  return (
    <Screen title={texts.title}>
      <div class="desk-filters">
        <Select<Shown>
          label={texts.filter}
          value={shown ?? ""}
          options={[
            { value: "", label: texts.all },
            { value: "changes", label: texts.changes },
            ...kinds.map((value) => ({ value, label: texts.actions[value] })),
          ]}
          onChange={(next) => go({ action: next })}
        />
        {about.map((subject) => (
          <p key={subject} class="desk-only">
            {texts.only[subject]}
            <Button small onClick={() => go({ [subject]: null })}>
              {texts.showAll}
            </Button>
          </p>
        ))}
      </div>
      <Pages pages={pages} empty={<EmptyState icon="clock" title={texts.none} />}>
        <ul class="rows" aria-label={texts.list}>
          {pages.items?.map((act) => (
            <Act key={act.id} act={act} />
          ))}
        </ul>
      </Pages>
    </Screen>
  );
}
