/** Screens that keep themselves up to date, but not for nobody. */
import { useEffect, useRef } from "preact/hooks";

/** What of the document is needed. */
export type Visibility = Pick<Document, "visibilityState" | "addEventListener" | "removeEventListener">;

/** Act each time so long after the last, while the page is in sight, and at once when it comes back; returns the end. */
export function whileVisible(page: Visibility, ms: number, act: () => void): () => void {
  let timer: ReturnType<typeof setInterval> | undefined;
  const stop = () => {
    clearInterval(timer);
    timer = undefined;
  };
  const run = () => {
    timer ??= setInterval(act, ms);
  };
  const changed = () => {
    if (page.visibilityState !== "visible") return stop();
    act();
    run();
  };
  page.addEventListener("visibilitychange", changed);
  if (page.visibilityState === "visible") run();
  return () => {
    stop();
    page.removeEventListener("visibilitychange", changed);
  };
}

/** Ask again and again while somebody can see it. */
export function useRefresh(again: () => void, ms: number): void {
  const latest = useRef(again);
  latest.current = again;
  useEffect(() => whileVisible(document, ms, () => latest.current()), [ms]);
}
