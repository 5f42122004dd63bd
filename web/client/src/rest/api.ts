/** The API for who is logged in, one method an operation. */

import { asked, type PageOptions } from "./asking.js";
import { answered, type Http } from "./http.js";
import { MoneyApi, type MoneyListeners } from "./money-api.js";
import type {
  Account,
  CallView,
  Deletion,
  EndReason,
  IceServers,
  Installation,
  Page,
  PasswordChange,
  Person,
  PersonPresence,
  ProfileChanges,
  SessionView,
} from "./types.js";

export interface CallFilter extends PageOptions {
  direction?: "incoming" | "outgoing";
  /** Only calls that ended for one of these reasons. */
  outcome?: readonly EndReason[];
}

/** Who else wants to hear what the API tells. */
export interface ApiListeners extends MoneyListeners {
  account(account: Account): void;
}

/** Every method rejects with `ProblemError`, `NetworkError` or `NotLoggedInError`; one that was aborted, with its reason. */
export class Api extends MoneyApi {
  readonly #open: Http;
  readonly #http: Http;
  readonly #tell: ApiListeners;

  constructor(http: { open: Http; own: Http }, listeners: ApiListeners) {
    super(http.own, listeners);
    this.#open = http.open;
    this.#http = http.own;
    this.#tell = listeners;
  }

  /** What this installation offers; needs no login. */
  installation(): Promise<Installation> {
    return answered(this.#open.GET("/v1/installation"));
  }

  async me(): Promise<Account> {
    return this.#account(await answered(this.#http.GET("/v1/me")));
  }

  /** Change what is given; another `email` needs `current_password`. */
  async updateMe(changes: ProfileChanges): Promise<Account> {
    return this.#account(await answered(this.#http.PATCH("/v1/me", { body: changes })));
  }

  /** All other sessions of the account end. */
  async changePassword(change: PasswordChange): Promise<void> {
    await answered(this.#http.PUT("/v1/me/password", { body: change }));
  }

  /** Delete the account; where money is left, name the amount that is given up. Log out afterwards. */
  async deleteMe(deletion: Deletion): Promise<void> {
    await answered(this.#http.POST("/v1/me/deletion", { body: deletion }));
  }

  /** Where the account is logged in, the newest first. */
  sessions(options: PageOptions = {}): Promise<Page<SessionView>> {
    const { signal, query } = asked(options);
    return answered(this.#http.GET("/v1/sessions", { params: { query }, signal }));
  }

  async endSession(sessionId: string): Promise<void> {
    const path = { session_id: sessionId };
    await answered(this.#http.DELETE("/v1/sessions/{session_id}", { params: { path } }));
  }

  async endOtherSessions(): Promise<void> {
    await answered(this.#http.DELETE("/v1/sessions"));
  }

  /** Find people by part of the user name or by id, in the order of the alphabet. */
  people({ name, ...options }: { name: string } & PageOptions): Promise<Page<Person>> {
    const { signal, query } = asked(options);
    return answered(this.#http.GET("/v1/people", { params: { query: { q: name, ...query } }, signal }));
  }

  person(idOrName: string): Promise<Person> {
    const path = { id_or_name: idOrName };
    return answered(this.#http.GET("/v1/people/{id_or_name}", { params: { path } }));
  }

  /** Whether somebody can be called now; `hidden` where that is not for this account to know. To be told, see `Presence`. */
  presence(accountId: string): Promise<PersonPresence> {
    return answered(this.#http.GET("/v1/people/{account_id}/presence", listed(accountId)));
  }

  /** Whom one takes no calls from, in the order of the alphabet. */
  blocklist(options: PageOptions = {}): Promise<Page<Person>> {
    const { signal, query } = asked(options);
    return answered(this.#http.GET("/v1/me/blocklist", { params: { query }, signal }));
  }

  /** Take no more calls from somebody, and make none to them. A call that goes on goes on. */
  async putOnBlocklist(accountId: string): Promise<void> {
    await answered(this.#http.PUT("/v1/me/blocklist/{account_id}", listed(accountId)));
  }

  async takeOffBlocklist(accountId: string): Promise<void> {
    await answered(this.#http.DELETE("/v1/me/blocklist/{account_id}", listed(accountId)));
  }

  /** Whom one takes calls from where that is for contacts only, in the order of the alphabet. */
  contacts(options: PageOptions = {}): Promise<Page<Person>> {
    const { signal, query } = asked(options);
    return answered(this.#http.GET("/v1/me/contacts", { params: { query }, signal }));
  }

  async putInContacts(accountId: string): Promise<void> {
    await answered(this.#http.PUT("/v1/me/contacts/{account_id}", listed(accountId)));
  }

  async takeOutOfContacts(accountId: string): Promise<void> {
    await answered(this.#http.DELETE("/v1/me/contacts/{account_id}", listed(accountId)));
  }

  /** The calls one made or got, newest first. */
  calls({ direction, outcome, ...options }: CallFilter = {}): Promise<Page<CallView>> {
    const { signal, query } = asked(options);
    const filter = { ...query, ...(direction && { direction }), ...(outcome && { outcome: [...outcome] }) };
    return answered(this.#http.GET("/v1/calls", { params: { query: filter }, signal }));
  }

  call(callId: string): Promise<CallView> {
    const path = { call_id: callId };
    return answered(this.#http.GET("/v1/calls/{call_id}", { params: { path } }));
  }

  /** The servers by which this party of the call may connect its media. */
  iceServers(callId: string): Promise<IceServers> {
    const query = { call_id: callId };
    return answered(this.#http.GET("/v1/ice-servers", { params: { query } }));
  }

  #account(account: Account): Account {
    this.#tell.account(account);
    return account;
  }
}

function listed(accountId: string) {
  return { params: { path: { account_id: accountId } } };
}
