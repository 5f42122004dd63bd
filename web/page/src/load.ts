/** Reading from the API into a component, page by page, with nothing of an older question in a newer answer. */
import type { Page } from "@talktime/client";
import { useEffect, useRef, useState } from "preact/hooks";

export interface Loaded<Data> {
  /** Undefined until the first answer; of the question before while the next one is on its way. */
  data: Data | undefined;
  loading: boolean;
  error: unknown;
  again: () => void;
}

/** Load now, and whenever one of the inputs changes. */
export function useLoad<Data>(
  load: (signal: AbortSignal) => Promise<Data>,
  inputs: readonly unknown[],
): Loaded<Data> {
  const [state, setState] = useState<Omit<Loaded<Data>, "again">>({ data: undefined, loading: true, error: null });
  const [asked, setAsked] = useState(0);
  useEffect(() => {
    const aborting = new AbortController();
    setState((before) => ({ ...before, loading: true }));
    load(aborting.signal).then(
      (data) => aborting.signal.aborted || setState({ data, loading: false, error: null }),
      (error: unknown) =>
        aborting.signal.aborted || setState((before) => ({ ...before, loading: false, error: error ?? true })),
    );
    return () => aborting.abort();
  }, [...inputs, asked]);
  return { ...state, again: () => setAsked(asked + 1) };
}

export interface LoadedPages<Item> {
  items: readonly Item[] | undefined;
  loading: boolean;
  error: unknown;
  /** Null on the last page. */
  more: (() => void) | null;
  again: () => void;
}

type LoadPage<Item> = (options: { cursor?: string; signal: AbortSignal }) => Promise<Page<Item>>;

/** Load the first page, and another one at each `more`. */
export function usePages<Item>(load: LoadPage<Item>, inputs: readonly unknown[]): LoadedPages<Item> {
  const [later, setLater] = useState<{ after: Page<Item>; items: Item[]; cursor: string | null } | null>(null);
  const [state, setState] = useState<{ loading: boolean; error: unknown }>({ loading: false, error: null });
  const aborting = useRef<AbortController | null>(null);
  const first = useLoad((signal) => load({ signal }), inputs);
  const page = first.data;
  // Later pages belong to one first page: to another one they would not fit.
  const fitting = later && later.after === page ? later : null;
  const cursor = fitting ? fitting.cursor : (page?.next_cursor ?? null);

  useEffect(() => () => aborting.current?.abort(), [page]);

  const more = async () => {
    if (!page || cursor === null || state.loading) return;
    aborting.current = new AbortController();
    const { signal } = aborting.current;
    setState({ loading: true, error: null });
    try {
      const next = await load({ cursor, signal });
      setLater({ after: page, items: [...(fitting?.items ?? []), ...next.items], cursor: next.next_cursor });
      setState({ loading: false, error: null });
    } catch (error) {
      setState({ loading: false, error: signal.aborted ? null : error });
    }
  };
  return {
    items: page && [...page.items, ...(fitting?.items ?? [])],
    loading: first.loading || state.loading,
    error: first.error ?? state.error,
    more: cursor === null ? null : () => void more(),
    again: () => (page && !first.error ? void more() : first.again()),
  };
}
