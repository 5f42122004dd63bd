/** Keys that work anywhere in a call. */
export const SHORTCUTS = { m: "microphone", v: "camera", s: "screen", f: "fullScreen" } as const;

export type Shortcut = (typeof SHORTCUTS)[keyof typeof SHORTCUTS];

type Key = Pick<KeyboardEvent, "key" | "altKey" | "ctrlKey" | "metaKey" | "repeat" | "defaultPrevented">;

/** Return what a key stands for; null while somebody types, chooses or answers a dialog. */
export function shortcutOf(event: Key, focused: Element | null): Shortcut | null {
  if (event.defaultPrevented || event.altKey || event.ctrlKey || event.metaKey || event.repeat) return null;
  if (focused?.closest("input, textarea, select, [contenteditable], dialog")) return null;
  const key = event.key.toLowerCase();
  return Object.hasOwn(SHORTCUTS, key) ? SHORTCUTS[key as keyof typeof SHORTCUTS] : null;
}
