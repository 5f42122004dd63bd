import type { ComponentChildren } from "preact";
import { failureText } from "../failures.js";
import { t } from "../texts/index.js";
import { Button } from "./button.js";
import { Notice } from "./notice.js";
import { Spinner } from "./spinner.js";
import "./loaded.css";

/** What could not be loaded, and a way to try again. */
export function LoadFailure({ error, again }: { error: unknown; again: () => void }) {
  return (
    <Notice
      kind="danger"
      role="alert"
      action={
        <Button small onClick={again}>
          {t().ui.tryAgain}
        </Button>
      }
    >
      {failureText(error)}
    </Notice>
  );
}

/** While there is nothing to show yet. */
export function Loading() {
  return (
    <div class="loading">
      <Spinner size={28} label={t().ui.loading} />
    </div>
  );
}

interface MoreProps {
  pages: {
    items: readonly unknown[] | undefined;
    loading: boolean;
    error: unknown;
    more: (() => void) | null;
    again: () => void;
  };
  empty: ComponentChildren;
  children: ComponentChildren;
}

/** A list that comes in pages: loading, failed, empty, or there, with a button for more. */
export function Pages({ pages, empty, children }: MoreProps) {
  const { items, loading, error, more, again } = pages;
  return (
    <div class="stack" aria-busy={loading}>
      {items?.length === 0 && !error && empty}
      {items && items.length > 0 && children}
      {error ? <LoadFailure error={error} again={again} /> : null}
      {!items && !error && <Loading />}
      {more && !error && (
        <Button class="load-more" busy={loading} onClick={more}>
          {t().ui.loadMore}
        </Button>
      )}
    </div>
  );
}
