import type { SessionView } from "@talktime/client";
import { useState } from "preact/hooks";
import { failureText } from "../failures.js";
import { moment } from "../format.js";
import { usePages } from "../load.js";
import { talktime } from "../talktime.js";
import { m } from "../texts/own.js";
import { Button } from "../ui/button.js";
import { Pages } from "../ui/loaded.js";
import { toast } from "../ui/toast.js";
import { browserOf } from "./user-agent.js";
import "../ui/rows.css";

const SHOWN_AT_ONCE = 5;

/** Where the account is signed in, and a way to end what one does not know. */
export function Sessions() {
  const [ended, setEnded] = useState(0);
  const pages = usePages((options) => talktime.api.sessions({ ...options, limit: SHOWN_AT_ONCE }), [ended]);
  const texts = m().settings;
  const end = async (ending: Promise<void>, said?: string) => {
    try {
      await ending;
      if (said) toast(said);
    } catch (error) {
      toast(failureText(error), "danger");
    }
    setEnded(ended + 1);
  };
  const others = pages.items?.some((session) => !session.is_current);
  return (
    <>
      <Pages pages={pages} empty={null}>
        <ul class="rows">
          {pages.items?.map((session) => (
            <Session
              key={session.id}
              session={session}
              onEnd={() => void end(talktime.api.endSession(session.id))}
            />
          ))}
        </ul>
      </Pages>
      {others && (
        <Button icon="sign-out" onClick={() => void end(talktime.api.endOtherSessions(), texts.othersEnded)}>
          {texts.endOthers}
        </Button>
      )}
    </>
  );
}

function Session({ session, onEnd }: { session: SessionView; onEnd: () => void }) {
  const texts = m().settings;
  const device = browserOf(session.user_agent) ?? texts.unknownDevice;
  return (
    <li>
      <div class="row-text">
        <span class="row-title">{device}</span>
        <span class="row-detail">
          {session.is_current ? (
            <strong>{texts.thisSession}</strong>
          ) : (
            <span>{texts.lastUsed(moment(session.last_used_at))}</span>
          )}
          {session.address && <span>{session.address}</span>}
        </span>
      </div>
      {!session.is_current && (
        <Button small aria-label={texts.endSession(device)} onClick={onEnd}>
          {texts.signOut}
        </Button>
      )}
    </li>
  );
}
