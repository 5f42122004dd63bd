import type { Page } from "@talktime/client";

const PAGE_ITEMS = 100;

/** Load so many pages at once, to show a list anew of which somebody had seen so many. */
export async function pagesOf<Item>(
  pages: number,
  load: (options: { limit: number; cursor?: string }) => Promise<Page<Item>>,
): Promise<{ items: Item[]; isMore: boolean }> {
  let page = await load({ limit: PAGE_ITEMS });
  const items = [...page.items];
  for (let seen = 1; seen < pages && page.next_cursor !== null; seen += 1) {
    page = await load({ limit: PAGE_ITEMS, cursor: page.next_cursor });
    items.push(...page.items);
  }
  return { items, isMore: page.next_cursor !== null };
}
