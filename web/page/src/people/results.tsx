import { useEffect } from "preact/hooks";
import { usePages } from "../load.js";
import { priceText } from "../money/quote.js";
import { talktime } from "../talktime.js";
import { t } from "../texts/index.js";
import { announce } from "../ui/announce.js";
import { EmptyState } from "../ui/empty-state.js";
import { Pages } from "../ui/loaded.js";
import { PersonRow } from "./person-row.js";

/** Those whose name contains the text. */
export function Results({ text }: { text: string }) {
  const pages = usePages((options) => talktime.api.people({ name: text, ...options }), [text]);
  const texts = t().people;
  const found = pages.items?.length;
  useEffect(() => {
    if (found !== undefined && !pages.loading) announce(texts.found(found));
  }, [found, pages.loading]);
  return (
    <Pages
      pages={pages}
      empty={
        <EmptyState icon="search" title={texts.nobody(text)}>
          {texts.nobodyHint}
        </EmptyState>
      }
    >
      <ul class="rows" aria-label={texts.results}>
        {pages.items?.map((person) => (
          <PersonRow key={person.id} id={person.id} userName={person.user_name}>
            {person.asking_price_minor !== null && (
              <span>{priceText(person.asking_price_minor, person.currency)}</span>
            )}
          </PersonRow>
        ))}
      </ul>
    </Pages>
  );
}
