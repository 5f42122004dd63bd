/** Sessions in the browser: `localStorage` has one entry an account, `sessionStorage` says which one the tab uses. */

import { MemoryStore, type StoredSession, type TokenStore } from "./store.js";

/** What the entries are called; the logins of each door have names of their own. */
export interface StorageNames {
  /** An entry an account: two tabs that write at once, each for its own account, lose nothing. */
  prefix: string;
  selected: string;
}

const NAMES: StorageNames = { prefix: "talktime:sessions:", selected: "talktime:account" };

/** What the store needs of the browser. */
export interface BrowserStorage {
  readonly localStorage: Storage;
  readonly sessionStorage: Storage;
  addEventListener(type: "storage", listener: (event: StorageEvent) => void): void;
  removeEventListener(type: "storage", listener: (event: StorageEvent) => void): void;
}

/** The browser's store; one in memory where the browser keeps nothing for this page, or there is no browser. */
export function browserStore(
  browser: BrowserStorage = globalThis as unknown as BrowserStorage,
  names: StorageNames = NAMES,
): TokenStore {
  try {
    // Asking is what fails where storage is forbidden; writing, where there is no room.
    browser.localStorage.setItem(`${names.prefix}?`, "");
    browser.localStorage.removeItem(`${names.prefix}?`);
    browser.sessionStorage.getItem(names.selected);
    return new BrowserStore(browser, names);
  } catch {
    return new MemoryStore();
  }
}

class BrowserStore implements TokenStore {
  readonly #browser: BrowserStorage;
  /** What the browser would not take, for as long as the page is open. */
  readonly #memory = new MemoryStore();
  readonly #prefix: string;
  readonly #selected: string;

  constructor(browser: BrowserStorage, { prefix, selected }: StorageNames) {
    this.#browser = browser;
    this.#prefix = prefix;
    this.#selected = selected;
  }

  all(): StoredSession[] {
    const { localStorage } = this.#browser;
    const keys = Array.from({ length: localStorage.length }, (_, at) => localStorage.key(at) ?? "");
    const ids = keys.filter((key) => key.startsWith(this.#prefix)).map((key) => key.slice(this.#prefix.length));
    const inMemory = this.#memory.all().map(({ account }) => account.id);
    return [...new Set([...ids, ...inMemory])].map((id) => this.get(id)).filter((session) => session !== null);
  }

  get(accountId: string): StoredSession | null {
    const stored = parse(this.#browser.localStorage.getItem(this.#prefix + accountId));
    const held = this.#memory.get(accountId);
    // Another tab may have found room since.
    return held && stored && held.gotAtMs >= stored.gotAtMs ? held : (stored ?? held);
  }

  set(session: StoredSession): void {
    const key = this.#prefix + session.account.id;
    try {
      this.#browser.localStorage.setItem(key, JSON.stringify(session));
      this.#memory.remove(session.account.id);
    } catch (error) {
      warn(error);
      this.#memory.set(session);
      // A refresh token that was used already would end the session everywhere.
      const stored = parse(this.#browser.localStorage.getItem(key));
      if (stored && stored.refreshToken !== session.refreshToken) this.#browser.localStorage.removeItem(key);
    }
  }

  remove(accountId: string): void {
    this.#memory.remove(accountId);
    this.#browser.localStorage.removeItem(this.#prefix + accountId);
  }

  selected(): string | null {
    return this.#memory.selected() ?? this.#browser.sessionStorage.getItem(this.#selected);
  }

  select(accountId: string): void {
    try {
      this.#browser.sessionStorage.setItem(this.#selected, accountId);
    } catch (error) {
      warn(error);
      this.#memory.select(accountId);
    }
  }

  watch(listener: (accountId: string | null) => void): () => void {
    const { localStorage } = this.#browser;
    const heard = ({ key, storageArea }: StorageEvent) => {
      if (storageArea && storageArea !== localStorage) return;
      if (key === null) listener(null);
      else if (key.startsWith(this.#prefix)) listener(key.slice(this.#prefix.length));
    };
    this.#browser.addEventListener("storage", heard);
    return () => this.#browser.removeEventListener("storage", heard);
  }
}

function warn(error: unknown): void {
  // biome-ignore lint/suspicious/noConsole: the login goes on, only its developer may wonder
  console.warn("The browser has no room for the login: it lasts as long as this page is open.", error);
}

/** Null for what another program, or another version of this one, has written. */
function parse(text: string | null): StoredSession | null {
  try {
    const { account, accessToken, refreshToken, expiresAtMs, lifeMs, gotAtMs } = JSON.parse(text ?? "null");
    const texts = [account.id, account.user_name, accessToken, refreshToken];
    const numbers = [expiresAtMs, lifeMs, gotAtMs];
    if (!texts.every((each) => typeof each === "string" && each) || !numbers.every(Number.isFinite)) return null;
    return { account, accessToken, refreshToken, expiresAtMs, lifeMs, gotAtMs };
  } catch {
    return null;
  }
}
