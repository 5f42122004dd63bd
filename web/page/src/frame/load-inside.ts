import { signal } from "@preact/signals";
import type { ComponentType } from "preact";

/** All that is only for who is signed in; loaded while somebody types a password, or a session is restored. */
export const inside = signal<ComponentType | null>(null);
export const insideFailed = signal(false);

export async function loadInside(): Promise<void> {
  try {
    const { Inside } = await import("./inside.js");
    inside.value = Inside;
  } catch {
    insideFailed.value = true;
  }
}
