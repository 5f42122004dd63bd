import { useEffect, useState } from "preact/hooks";
import { openTopUp } from "../money/open-top-up.js";
import { type Standing, standingOf } from "../money/standing.js";
import { Quiet } from "../people/later.js";
import { account, connectionState, currentCall, wallet } from "../talktime.js";
import { t } from "../texts/index.js";
import { Button } from "../ui/button.js";
import { Notice } from "../ui/notice.js";
import { Spinner } from "../ui/spinner.js";
import "./banners.css";

/** Shorter losses of the socket are nobody's business. */
const PATIENCE_MS = 2_000;

/** The server is away; in sight wherever one has scrolled to. */
export function ConnectionBanner() {
  const state = connectionState.value;
  const away = account.value !== null && state !== "open";
  const [late, setLate] = useState(false);
  useEffect(() => {
    if (!away) return;
    const timer = setTimeout(() => setLate(true), PATIENCE_MS);
    return () => {
      clearTimeout(timer);
      setLate(false);
    };
  }, [away]);
  const texts = t().frame;
  return (
    <div role="status">
      {away && late && (
        <div class="connection-banner">
          {state !== "refused" && <Spinner size={18} />}
          {state === "refused" ? texts.elsewhere : texts.reconnecting}
          {state === "refused" && (
            <Button small onClick={() => location.reload()}>
              {texts.reload}
            </Button>
          )}
        </div>
      )}
    </div>
  );
}

/** Nothing to call with, or nothing that rings, and what to do about it. Not during a call, where it is no news or none of its business. */
export function BlockedBanner() {
  const state = wallet.value;
  const standing = state && !currentCall.value ? standingOf(state) : null;
  return (
    <div class="blocked-banner" role="status">
      {standing && <Blocked standing={standing} />}
      {account.value?.do_not_disturb && !currentCall.value && <Quiet />}
    </div>
  );
}

function Blocked({ standing }: { standing: Standing }) {
  const texts = t().frame;
  if (standing === "operator") {
    return (
      <Notice kind="warning">
        <strong>{texts.blockedByOperator}</strong>
      </Notice>
    );
  }
  return (
    <Notice
      kind={standing === "new" ? "info" : "warning"}
      action={
        <Button kind="primary" small onClick={() => openTopUp()}>
          {t().money.topUp}
        </Button>
      }
    >
      {standing === "new" ? texts.welcome : <strong>{texts.blocked}</strong>}
    </Notice>
  );
}
