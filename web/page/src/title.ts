import { computed, effect, signal } from "@preact/signals";

/** The heading of the screen that is open. */
export const screenTitle = signal("");
/** What is more urgent than the screen, like a call that rings; null where nothing is. */
export const urgentTitle = signal<string | null>(null);

const title = computed(
  () => urgentTitle.value ?? (screenTitle.value ? `${screenTitle.value} · Talktime` : "Talktime"),
);

/** Keep the window's title. */
export function showTitle(): void {
  effect(() => {
    document.title = title.value;
  });
}
