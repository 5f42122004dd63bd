/** One at a time among all tabs of a browser. */

/** Run `action` while nobody else runs one under this name. */
export type Exclusively = <Result>(name: string, action: () => Promise<Result>) => Promise<Result>;

/**
 * Web Locks; a browser without them lets two tabs refresh at the same moment, which the server takes for honest
 * where both happen within some seconds.
 */
export const exclusivelyInBrowser: Exclusively = async (name, action) => {
  const locks: LockManager | undefined = globalThis.navigator?.locks;
  return locks ? await locks.request(name, action) : await action();
};
