import { signal } from "@preact/signals";

/** Whom the preview asks to call; null where it is closed. */
export const callee = signal<{ userName: string } | null>(null);

/** Open the preview, from where the call is started. */
export function startCall(person: { userName: string }): void {
  callee.value = person;
}
