import { useEffect, useState } from "preact/hooks";
import { openTopUp } from "../money/open-top-up.js";
import { account, connectionState, wallet } from "../talktime.js";
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

/** Nothing to call with, and what to do about it. */
export function BlockedBanner() {
  const texts = t().frame;
  const state = wallet.value;
  // A minute that is held is one that can be paid: then a call goes on.
  const poor = state !== null && state.held_minor === 0 && state.minutes_affordable === 0;
  return (
    <div class="blocked-banner" role="status">
      {state?.blocked_by_operator ? (
        <Notice kind="warning">
          <strong>{texts.blockedByOperator}</strong>
        </Notice>
      ) : (
        (state?.blocked || poor) && (
          <Notice
            kind="warning"
            action={
              <Button kind="primary" small onClick={() => openTopUp()}>
                {t().money.topUp}
              </Button>
            }
          >
            <strong>{texts.blocked}</strong>
          </Notice>
        )
      )}
    </div>
  );
}
