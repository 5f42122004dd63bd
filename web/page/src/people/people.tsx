import { useEffect, useState } from "preact/hooks";
import { useLocation } from "preact-iso";
import { PriceLine } from "../money/price-line.js";
import { t } from "../texts/index.js";
import { IconButton } from "../ui/button.js";
import { Field } from "../ui/field.js";
import { Screen } from "../ui/screen.js";
import { Recent } from "./recent.js";
import { Results } from "./results.js";
import "./people.css";

/** How long typing may pause before we ask. */
const PAUSE_MS = 250;
const SEARCH_CHARS_MAX = 64;

/** `/`: find somebody and call, or call again whom one talked to. */
export function People() {
  const { query, route } = useLocation();
  const [text, setText] = useState(query.q ?? "");
  const searched = query.q ?? "";
  const wanted = text.trim();

  useEffect(() => {
    if (wanted === searched) return;
    const timer = setTimeout(() => route(wanted ? `/?q=${encodeURIComponent(wanted)}` : "/", true), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [wanted]);
  // Going back, or to the start by the menu.
  useEffect(() => {
    if (searched !== wanted) setText(searched);
  }, [searched]);

  const texts = t().people;
  return (
    <Screen title={texts.title} lead={<PriceLine />}>
      <search class="people-search">
        <Field
          label={texts.find}
          hideLabel
          type="search"
          icon="search"
          placeholder={texts.findHint}
          name="q"
          autocomplete="off"
          autocapitalize="none"
          spellcheck={false}
          enterkeyhint="search"
          maxLength={SEARCH_CHARS_MAX}
          value={text}
          onValue={setText}
          after={text && <IconButton icon="close" label={texts.clear} iconSize={18} onClick={() => setText("")} />}
        />
      </search>
      {searched ? <Results text={searched} /> : <Recent />}
    </Screen>
  );
}
