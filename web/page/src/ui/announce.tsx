import { signal } from "@preact/signals";

const said = signal("");

/** Tell a screen reader what the eye sees change elsewhere; politely. */
export function announce(text: string): void {
  // The same words twice would not be a change; a space that nobody hears makes them one.
  said.value = text === said.value ? `${text}\u00a0` : text;
}

/** Where it is said; once in the page. */
export function Announcements() {
  return (
    <div class="visually-hidden" aria-live="polite" data-testid="announcements">
      {said.value}
    </div>
  );
}
