import type { AccountDetails } from "@talktime/client/operators";
import { longDate, moment } from "../format.js";
import { useLoad } from "../load.js";
import { Icon } from "../ui/icon.js";
import { LoadFailure, Loading } from "../ui/loaded.js";
import { Screen } from "../ui/screen.js";
import { callAddress, OPERATORS } from "./address.js";
import { Card, Fact } from "./facts.js";
import { Money } from "./money.js";
import { operators } from "./operators.js";
import { Records } from "./records.js";
import { useRefresh } from "./refreshing.js";
import { Standing } from "./standing.js";
import { o } from "./words.js";

const REFRESH_MS = 10_000;

/** `/operators/accounts/:id`: all of an account, and what can be done to it. */
export function AccountScreen({ id }: { id: string }) {
  const { data: account, error, again } = useLoad((signal) => operators.api.account(id, signal), [id]);
  useRefresh(again, REFRESH_MS);
  const name = account ? (account.user_name ?? o().accounts.deleted) : "…";
  return (
    <Screen
      title={name}
      lead={
        <a class="back" href={`${OPERATORS}/accounts`}>
          <Icon name="back" /> {o().account.back}
        </a>
      }
    >
      {error ? <LoadFailure error={error} again={again} /> : null}
      {!account && !error && <Loading />}
      {account && (
        <>
          <Standing account={account} name={name} onDone={again} />
          <Money account={account} name={name} onDone={again} />
          <Profile account={account} />
          <Records account={account} onDone={again} />
        </>
      )}
    </Screen>
  );
}

function Profile({ account }: { account: AccountDetails }) {
  const texts = o().account;
  return (
    <Card title={texts.profile}>
      <dl class="facts">
        {account.email && <Fact term={texts.email}>{account.email}</Fact>}
        <Fact term={texts.id}>{account.id}</Fact>
        <Fact term={texts.since}>{longDate(new Date(account.created_at))}</Fact>
        <Fact term={texts.lastUsed}>{account.last_used_at ? moment(account.last_used_at) : texts.never}</Fact>
        <Fact term={texts.sessions}>{texts.sessionsAt(account.sessions)}</Fact>
        <Fact term={texts.relayOnly}>{account.relay_only ? texts.relayed : texts.direct}</Fact>
        {account.in_call_id && (
          <Fact term={texts.now}>
            <a href={callAddress(account.in_call_id)}>{texts.inCall}</a>
          </Fact>
        )}
      </dl>
    </Card>
  );
}
