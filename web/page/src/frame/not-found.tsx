import { t } from "../texts/index.js";
import { EmptyState } from "../ui/empty-state.js";
import { Screen } from "../ui/screen.js";

/** No route leads here. */
export function NotFound() {
  const texts = t().frame;
  return (
    <Screen title={texts.notFound}>
      <EmptyState icon="search" title={texts.notFoundHint}>
        <a class="button primary" href="/">
          {texts.toPeople}
        </a>
      </EmptyState>
    </Screen>
  );
}
