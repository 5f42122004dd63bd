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

/** What concerns every screen: no connection, no credit. */
export function Banners() {
  return (
    <div class="banners">
      <ConnectionBanner />
      <BlockedBanner />
    </div>
  );
}

function ConnectionBanner() {
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
        <div class="banner banner-connection">
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

function BlockedBanner() {
  const texts = t().frame;
  return (
    <div role="status">
      {wallet.value?.blocked && (
        <Notice
          kind="warning"
          action={
            <Button kind="primary" small onClick={() => openTopUp()}>
              {texts.topUp}
            </Button>
          }
        >
          <strong>{texts.blocked}</strong>
        </Notice>
      )}
    </div>
  );
}
