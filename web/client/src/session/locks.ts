/** One at a time among all tabs of a browser. */

/** Run `action` while nobody else runs one under this name. */
export type Exclusively = <Result>(name: string, action: () => Promise<Result>) => Promise<Result>;

/** Whoever has had the lock for so long was stopped by the browser, and may not come back for hours. */
export const LOCK_MS_MAX = 20_000;

/**
 * Web Locks. Without them, or where they are not to be had, two tabs may refresh at the same moment, which the server
 * takes for honest.
 */
export const exclusivelyInBrowser: Exclusively = async (name, action) => {
  const locks: LockManager | undefined = globalThis.navigator?.locks;
  if (!locks) return action();
  let isRunning = false;
  const run = () => {
    isRunning = true;
    return action();
  };
  try {
    return await locks.request(name, { signal: AbortSignal.timeout(LOCK_MS_MAX) }, run);
  } catch (error) {
    if (isRunning) throw error;
    return action();
  }
};
