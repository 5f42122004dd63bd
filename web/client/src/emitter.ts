/** Tells listeners by name: `events.on("changed", show)` returns what ends it. */

type Listener<Value> = (value: Value) => void;
type Arguments<Value> = [Value] extends [undefined] ? [] : [value: Value];

/** `Events` maps each name to what its listeners are given, `undefined` where that is nothing. */
export class Emitter<Events extends object> {
  readonly #listeners = new Map<keyof Events, Set<Listener<unknown>>>();

  /** Call `listener` at every event of this name, until the function returned is called. */
  on<Name extends keyof Events>(name: Name, listener: Listener<Events[Name]>): () => void {
    // Each listening is one of its own, even where the same function listens twice.
    const listening: Listener<unknown> = (value) => listener(value as Events[Name]);
    const all = this.#listeners.get(name) ?? new Set();
    this.#listeners.set(name, all.add(listening));
    return () => void all.delete(listening);
  }

  /** Call `listener` at the next event of this name only. */
  once<Name extends keyof Events>(name: Name, listener: Listener<Events[Name]>): () => void {
    const off = this.on(name, (value) => {
      off();
      listener(value);
    });
    return off;
  }

  /** Tell those who listen at this moment. One that throws is reported and stops nobody. */
  protected emit<Name extends keyof Events>(name: Name, ...[value]: Arguments<Events[Name]>): void {
    const all = this.#listeners.get(name);
    for (const listening of [...(all ?? [])]) {
      if (all?.has(listening)) attempt(() => listening(value));
    }
  }
}

/** Run it; what it throws goes where uncaught errors go, and no further. */
export function attempt(action: () => void): void {
  try {
    action();
  } catch (error) {
    report(error);
  }
}

function report(error: unknown): void {
  if (typeof reportError === "function") reportError(error);
  else
    queueMicrotask(() => {
      throw error;
    });
}
