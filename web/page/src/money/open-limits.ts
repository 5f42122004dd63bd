import { signal } from "@preact/signals";

/** Whether the dialog of one's own limits is open. */
export const limitsOpen = signal(false);

/** Grows whenever one's limits were changed on this page. */
export const limitsChanged = signal(0);

/** Open the dialog, in a call or outside. */
export function openLimits(): void {
  limitsOpen.value = true;
}

export function closeLimits(): void {
  limitsOpen.value = false;
}
