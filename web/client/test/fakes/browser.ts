/** A browser with tabs: one `localStorage` and one set of locks, a `sessionStorage` each. */

import { type BrowserStorage, browserStore } from "../../src/session/browser-store.js";
import type { Exclusively } from "../../src/session/locks.js";
import type { TokenStore } from "../../src/session/store.js";

export interface Tab extends BrowserStorage {
  store: TokenStore;
  /** How many listen for what other tabs do. */
  readonly listening: number;
}

export class FakeBrowser {
  readonly localStorage = new FakeStorage();
  readonly #tabs: FakeTab[] = [];
  readonly #queues = new Map<string, Promise<unknown>>();

  /** Open a tab; a duplicate has the other's `sessionStorage`, as browsers do it. */
  tab(duplicateOf?: Tab): Tab {
    const tab = new FakeTab(this, duplicateOf);
    this.#tabs.push(tab);
    return tab;
  }

  /** Web Locks. */
  readonly exclusively: Exclusively = (name, action) => {
    const before = this.#queues.get(name) ?? Promise.resolve();
    const run = before.then(action, action);
    this.#queues.set(name, run);
    return run;
  };

  /** The person clears the page's data. */
  clear(): void {
    this.localStorage.clear();
    for (const tab of this.#tabs) tab.hear(null);
  }

  tellOthers(writer: FakeTab, key: string): void {
    for (const tab of this.#tabs) if (tab !== writer) tab.hear(key);
  }
}

class FakeTab implements Tab {
  readonly localStorage: Storage;
  readonly sessionStorage = new FakeStorage();
  readonly store: TokenStore;
  readonly #listeners = new Set<(event: StorageEvent) => void>();

  constructor(browser: FakeBrowser, duplicateOf?: Tab) {
    const shared = browser.localStorage;
    const tab = this;
    this.localStorage = new Proxy(shared, {
      get(_, name) {
        const value = Reflect.get(shared, name, shared);
        if (typeof value !== "function") return value;
        return (...args: unknown[]) => {
          const answer = value.apply(shared, args);
          if (name === "setItem" || name === "removeItem") browser.tellOthers(tab, String(args[0]));
          return answer;
        };
      },
    });
    if (duplicateOf) this.sessionStorage.copy(duplicateOf.sessionStorage);
    this.store = browserStore(this);
  }

  addEventListener(_: "storage", listener: (event: StorageEvent) => void): void {
    this.#listeners.add(listener);
  }

  removeEventListener(_: "storage", listener: (event: StorageEvent) => void): void {
    this.#listeners.delete(listener);
  }

  get listening(): number {
    return this.#listeners.size;
  }

  hear(key: string | null): void {
    for (const listener of this.#listeners) listener({ key, storageArea: this.localStorage } as StorageEvent);
  }
}

export class FakeStorage implements Storage {
  readonly #items = new Map<string, string>();

  get length(): number {
    return this.#items.size;
  }

  key(at: number): string | null {
    return [...this.#items.keys()][at] ?? null;
  }

  getItem(key: string): string | null {
    return this.#items.get(key) ?? null;
  }

  setItem(key: string, value: string): void {
    this.#items.set(key, value);
  }

  removeItem(key: string): void {
    this.#items.delete(key);
  }

  clear(): void {
    this.#items.clear();
  }

  copy(other: Storage): void {
    for (let at = 0; at < other.length; at++) {
      const key = other.key(at) ?? "";
      this.setItem(key, other.getItem(key) ?? "");
    }
  }
}
