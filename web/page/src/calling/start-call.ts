import { signal } from "@preact/signals";

export interface Callee {
  /** Where it is known. */
  id?: string | undefined;
  userName: string;
}

/** Whom the preview asks to call; null where it is closed. */
export const callee = signal<Callee | null>(null);

/** Open the preview, from where the call is started. */
export function startCall(person: Callee): void {
  callee.value = person;
}
