import { type Quote, TalktimeError } from "@talktime/client";
import { money } from "../format.js";
import { openLimits } from "../money/open-limits.js";
import { openTopUp } from "../money/open-top-up.js";
import { useQuote } from "../money/quote.js";
import { QuoteLine } from "../money/quote-line.js";
import { PresenceOf } from "../people/later.js";
import { connectionState, talktime } from "../talktime.js";
import { t } from "../texts/index.js";
import { Button } from "../ui/button.js";
import { Dialog } from "../ui/dialog.js";
import { Notice } from "../ui/notice.js";
import { toast } from "../ui/toast.js";
import { MediaNotice } from "./media-notice.js";
import type { OwnMedia } from "./own-media.js";
import { OwnPreview } from "./own-preview.js";
import { type Callee, callee } from "./start-call.js";
import { useOwnMedia } from "./use-own-media.js";
import "./preview.css";

/** Before a call: how one looks and sounds, and what it will cost. */
export function Preview({ id, userName }: Callee) {
  const texts = t().calling;
  const own = useOwnMedia();
  const close = () => {
    callee.value = null;
  };
  const { data: quote, error } = useQuote(userName);
  const short = quote?.reason === "insufficient_funds" || quote?.reason === "spend_limit";
  const offline = connectionState.value !== "open";
  return (
    <Dialog title={t().people.call(userName)} class="preview" onClose={close}>
      <div class="preview-main">
        <MediaNotice problem={own.problem.value} busy={own.opening.value} onRetry={() => void own.retry()} />
        <OwnPreview own={own} />
        {offline && (
          <Notice kind="warning" role="status">
            {texts.notConnected}
          </Notice>
        )}
      </div>
      <footer class="preview-foot">
        {id && <PresenceOf id={id} full />}
        <div data-testid="price" aria-live="polite">
          {quote && <QuoteLine quote={quote} />}
          {!quote && error ? <p class="muted">{texts.priceUnknown}</p> : null}
        </div>
        {quote && !quote.allowed ? (
          <Hindrance quote={quote} userName={userName} />
        ) : (
          <p class="muted small">{texts.onlyConnectedCosts}</p>
        )}
        <div class="dialog-actions">
          <Button onClick={close}>{t().ui.cancel}</Button>
          <Button
            kind="primary"
            icon="camera"
            disabled={short || offline}
            busy={own.opening.value}
            onClick={() => place(userName, own, quote)}
          >
            {texts.startCall}
          </Button>
        </div>
      </footer>
    </Dialog>
  );
}

/** What stands in the way, and what can be done about it. The server decides when the call is placed. */
function Hindrance({ quote, userName }: { quote: Quote; userName: string }) {
  const texts = t().calling;
  const { reason, price_minor: price, shortfall_minor: missing, left_minor: left, currency } = quote;
  if (reason === "spend_limit")
    return (
      <Warning label={texts.changeLimits} act={openLimits}>
        {texts.limitLeaves[quote.spend_limit ?? "call"](money(left ?? 0, currency))}
      </Warning>
    );
  if (reason === "insufficient_funds")
    return (
      <Warning label={texts.topUp} act={() => openTopUp()}>
        {texts.needed(money(price, currency), money(missing ?? 0, currency))}
      </Warning>
    );
  return reason && <Notice kind="warning">{texts.refusals[reason](userName)}</Notice>;
}

function Warning({ label, act, children }: { label: string; act: () => void; children: string }) {
  const button = (
    <Button kind="primary" small onClick={act}>
      {label}
    </Button>
  );
  return (
    <Notice kind="warning" role="status" action={button}>
      {children}
    </Notice>
  );
}

function place(userName: string, own: OwnMedia, quote: Quote | undefined): void {
  const media = own.media.peek();
  if (!media) return;
  try {
    talktime.calls.place({ userName }, media, { quote });
  } catch (error) {
    if (!(error instanceof TalktimeError)) throw error;
    toast(t().calling.refusals.already_in_call(userName), "danger");
    return;
  }
  own.take();
  callee.value = null;
}
