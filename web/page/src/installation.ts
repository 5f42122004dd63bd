import { signal } from "@preact/signals";
import type { Installation } from "@talktime/client";

/** What is the same for everybody here: currency, limits, who takes payments. Null until the server has said so. */
export const installation = signal<Installation | null>(null);
