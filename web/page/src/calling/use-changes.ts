import { useEffect, useLayoutEffect, useReducer, useState } from "preact/hooks";

interface Changing {
  on(name: "changed", listener: () => void): () => void;
}

/**
 * Render again whenever it has changed.
 *
 * For each component that reads it: with signals about, those below do not render again with those above.
 */
export function useChanges(source: Changing | null): void {
  const [, again] = useReducer((count: number) => count + 1, 0);
  useLayoutEffect(() => {
    if (!source) return;
    // What changed between the rendering and now was told to nobody.
    again(undefined);
    return source.on("changed", () => again(undefined));
  }, [source]);
}

const SECOND_MS = 1_000;

/** Render again at every full second of a time that runs. */
export function useSeconds(readMs: () => number, running: boolean): void {
  const [, again] = useState(0);
  useEffect(() => {
    if (!running) return;
    let timer: ReturnType<typeof setTimeout>;
    const next = () => {
      // A little late, so that the second is surely full.
      timer = setTimeout(tick, SECOND_MS - (readMs() % SECOND_MS) + 5);
    };
    const tick = () => {
      again((count) => count + 1);
      next();
    };
    next();
    return () => clearTimeout(timer);
  }, [running]);
}
