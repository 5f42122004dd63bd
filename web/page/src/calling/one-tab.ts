/** Do something in one tab of this browser only; where that tab is closed, the next one does it, until `signal`. */
export async function inOneTab(name: string, signal: AbortSignal, action: () => void): Promise<void> {
  if (signal.aborted) return;
  // Not there on insecure pages; then every tab does it.
  if (!navigator.locks) return action();
  const until = new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()));
  try {
    await navigator.locks.request(name, { signal }, () => {
      action();
      return until;
    });
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
