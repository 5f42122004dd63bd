/** Lists come in pages; this walks through them. */

import type { Page } from "./types.js";

/**
 * Every item of a list, page after page: `for await (const entry of eachItem((cursor) => api.entries({ cursor })))`.
 *
 * Stop early with `break`: no page is asked for before it is needed.
 */
export async function* eachItem<Item>(load: (cursor: string) => Promise<Page<Item>>): AsyncGenerator<Item> {
  let cursor: string | null = "";
  while (cursor !== null) {
    const page: Page<Item> = await load(cursor);
    yield* page.items;
    cursor = page.next_cursor;
  }
}
