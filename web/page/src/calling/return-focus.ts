import { useLayoutEffect } from "preact/hooks";

/** Give the focus back to where it was before something took the whole window. */
export function useReturnFocus(taken: boolean): void {
  useLayoutEffect(() => {
    if (!taken) return;
    const before = document.activeElement;
    return () =>
      // Once the window is free again: what is hidden takes no focus.
      queueMicrotask(() => {
        if (document.activeElement !== document.body) return;
        if (before instanceof HTMLElement && before !== document.body && before.isConnected) before.focus();
        else document.querySelector("main")?.focus();
      });
  }, [taken]);
}
