/** Whose calls one refuses, and who one's contacts are. */
import { signal } from "@preact/signals";
import { eachItem, type Page, type PageOptions, type Person } from "@talktime/client";
import { talktime } from "../talktime.js";

/** Grows whenever somebody was put on a list, or taken off, on this page. */
export const listsChanged = signal(0);

const PAGE_ITEMS = 100;

export interface ListApi {
  load(options: PageOptions): Promise<Page<Person>>;
  add(id: string): Promise<void>;
  remove(id: string): Promise<void>;
}

/** Nobody on it can call, nor be called. */
export const refused: ListApi = {
  load: (options) => talktime.api.blocklist(options),
  add: (id) => talktime.api.putOnBlocklist(id).then(changed),
  remove: (id) => talktime.api.takeOffBlocklist(id).then(changed),
};

/** Who can call where that is for contacts only. */
export const contacts: ListApi = {
  load: (options) => talktime.api.contacts(options),
  add: (id) => talktime.api.putInContacts(id).then(changed),
  remove: (id) => talktime.api.takeOutOfContacts(id).then(changed),
};

/** Whether somebody is on the list. */
export async function isOn(list: ListApi, id: string, signal: AbortSignal): Promise<boolean> {
  for await (const person of eachItem((cursor) => list.load({ cursor, limit: PAGE_ITEMS, signal })))
    if (person.id === id) return true;
  return false;
}

function changed(): void {
  listsChanged.value += 1;
}
