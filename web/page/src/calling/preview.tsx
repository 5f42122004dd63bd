import { TalktimeError } from "@talktime/client";
import { money } from "../format.js";
import { openTopUp } from "../money/open-top-up.js";
import { PriceLine } from "../money/price-line.js";
import { connectionState, talktime, wallet } from "../talktime.js";
import { t } from "../texts/index.js";
import { Button } from "../ui/button.js";
import { Dialog } from "../ui/dialog.js";
import { Notice } from "../ui/notice.js";
import { toast } from "../ui/toast.js";
import { MediaNotice } from "./media-notice.js";
import type { OwnMedia } from "./own-media.js";
import { OwnPreview } from "./own-preview.js";
import { callee } from "./start-call.js";
import { useOwnMedia } from "./use-own-media.js";
import "./preview.css";

/** Before a call: how one looks and sounds, and what it will cost. */
export function Preview({ userName }: { userName: string }) {
  const texts = t().calling;
  const own = useOwnMedia();
  const close = () => {
    callee.value = null;
  };
  const missingMinor = useMissing();
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
        <div data-testid="price">
          <PriceLine />
        </div>
        {missingMinor > 0 ? (
          <Missing minor={missingMinor} />
        ) : (
          <p class="muted small">{texts.onlyConnectedCosts}</p>
        )}
        <div class="dialog-actions">
          <Button onClick={close}>{t().ui.cancel}</Button>
          <Button
            kind="primary"
            icon="camera"
            disabled={missingMinor > 0 || offline}
            busy={own.opening.value}
            onClick={() => place(userName, own)}
          >
            {texts.startCall}
          </Button>
        </div>
      </footer>
    </Dialog>
  );
}

function Missing({ minor }: { minor: number }) {
  const texts = t().calling;
  const state = wallet.value;
  if (!state) return null;
  const [price, missing] = [money(state.price_minor, state.currency), money(minor, state.currency)];
  return (
    <Notice
      kind="warning"
      role="status"
      action={
        <Button kind="primary" small onClick={() => openTopUp()}>
          {texts.topUp}
        </Button>
      }
    >
      {texts.needed(price, missing)}
    </Notice>
  );
}

/** Return what is missing for one minute, in minor units. */
function useMissing(): number {
  const state = wallet.value;
  return state ? Math.max(0, state.price_minor - state.available_minor) : 0;
}

function place(userName: string, own: OwnMedia): void {
  const media = own.media.peek();
  if (!media) return;
  try {
    talktime.calls.place({ userName }, media);
  } catch (error) {
    if (!(error instanceof TalktimeError)) throw error;
    toast(t().calling.refusals.already_in_call(userName), "danger");
    return;
  }
  own.take();
  callee.value = null;
}
