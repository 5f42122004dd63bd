import type { AccountStatus, AccountSummary } from "@talktime/client/operators";
import { useEffect, useState } from "preact/hooks";
import { useLocation } from "preact-iso";
import { money } from "../format.js";
import { usePages } from "../load.js";
import { announce } from "../ui/announce.js";
import { Avatar } from "../ui/avatar.js";
import { IconButton } from "../ui/button.js";
import { EmptyState } from "../ui/empty-state.js";
import { Field } from "../ui/field.js";
import { Pages } from "../ui/loaded.js";
import { Screen } from "../ui/screen.js";
import { Select } from "../ui/select.js";
import { accountAddress, asking, OPERATORS } from "./address.js";
import { Marks } from "./marks.js";
import { operators } from "./operators.js";
import { o } from "./words.js";
import "../ui/rows.css";

/** How long typing may pause before we ask. */
const PAUSE_MS = 250;
const SEARCH_CHARS_MAX = 254;

/** `/operators/accounts`: find one. What was asked is in the address. */
export function Accounts() {
  const { query } = useLocation();
  const asked = query.q ?? "";
  const status = isStatus(query.status) ? query.status : "any";
  const pages = usePages((page) => operators.api.accounts({ text: asked, status, ...page }), [asked, status]);
  const texts = o().accounts;
  const found = pages.items?.length;
  useEffect(() => {
    if (found !== undefined && !pages.loading) announce(texts.found(found));
  }, [found, pages.loading]);
  return (
    <Screen title={texts.title}>
      <Search asked={asked} status={status} />
      <Pages
        pages={pages}
        empty={
          <EmptyState icon="search" title={texts.none}>
            {texts.noneHint}
          </EmptyState>
        }
      >
        <ul class="rows" aria-label={texts.list}>
          {pages.items?.map((account) => (
            <AccountRow key={account.id} account={account} />
          ))}
        </ul>
      </Pages>
    </Screen>
  );
}

function Search({ asked, status }: { asked: string; status: AccountStatus }) {
  const { route } = useLocation();
  const [text, setText] = useState(asked);
  const wanted = text.trim();
  const go = (q: string, next: AccountStatus) =>
    route(asking(`${OPERATORS}/accounts`, { q, status: next === "any" ? null : next }), true);
  useEffect(() => {
    if (wanted === asked) return;
    const timer = setTimeout(() => go(wanted, status), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [wanted]);
  // Going back, or here again by the menu.
  useEffect(() => {
    if (asked !== wanted) setText(asked);
  }, [asked]);
  const texts = o().accounts;
  return (
    <search class="desk-filters">
      <Field
        label={texts.find}
        type="search"
        icon="search"
        placeholder={texts.findHint}
        name="q"
        autocomplete="off"
        autocapitalize="none"
        spellcheck={false}
        enterkeyhint="search"
        maxLength={SEARCH_CHARS_MAX}
        value={text}
        onValue={setText}
        after={text && <IconButton icon="close" label={texts.clear} iconSize={18} onClick={() => setText("")} />}
      />
      <Select<AccountStatus>
        label={texts.status}
        value={status}
        options={Object.entries(texts.statuses).map(([value, label]) => ({ value: value as AccountStatus, label }))}
        onChange={(next) => go(wanted, next)}
      />
    </search>
  );
}

function AccountRow({ account }: { account: AccountSummary }) {
  const name = account.user_name ?? o().accounts.deleted;
  return (
    <li>
      <Avatar name={name} />
      <div class="row-text">
        <a class="row-title row-link" href={accountAddress(account.id)}>
          {name}
        </a>
        <div class="row-detail">
          {account.email && <span class="desk-email">{account.email}</span>}
          <Marks account={account} />
        </div>
      </div>
      <span class="row-end amount">{money(account.balance_minor, account.currency)}</span>
    </li>
  );
}

function isStatus(text: string | undefined): text is AccountStatus {
  return text !== undefined && Object.hasOwn(o().accounts.statuses, text);
}
