import type { Payment } from "@talktime/client";
import { useEffect, useRef } from "preact/hooks";
import { money } from "../format.js";
import { wallet } from "../talktime.js";
import { t } from "../texts/index.js";
import { Button } from "../ui/button.js";
import { Icon } from "../ui/icon.js";
import { Notice } from "../ui/notice.js";
import { Spinner } from "../ui/spinner.js";
import { checkoutAddress } from "./checkout-window.js";
import "./top-up.css";

/** Until the provider has confirmed; with the way to its page for whose browser did not open it. */
export function Waiting({ payment, opened }: { payment: Payment; opened: boolean }) {
  const texts = t().money;
  const address = checkoutAddress(payment.checkout_url);
  return (
    <div class="top-up-step">
      <Spinner size={36} />
      <p class="top-up-headline">{texts.waiting}</p>
      {opened ? <p class="muted">{texts.waitingHint}</p> : <Notice kind="warning">{texts.blockedPopup}</Notice>}
      {address && (
        <a class={opened ? "button quiet" : "button primary"} href={address} target="_blank" rel="noopener">
          {texts.openCheckout}
        </a>
      )}
    </div>
  );
}

/** The money is there. */
export function Added({ payment, onDone }: { payment: Payment; onDone: () => void }) {
  const done = useRef<HTMLButtonElement>(null);
  useEffect(() => done.current?.focus(), []);
  const state = wallet.value;
  const texts = t().money;
  return (
    <div class="top-up-step">
      <span class="top-up-good">
        <Icon name="check" size={32} />
      </span>
      <p class="top-up-headline">{texts.added(money(payment.amount_minor, payment.currency))}</p>
      {state && <p class="muted">{t().frame.balanceNow(money(state.available_minor, state.currency))}</p>}
      <Button kind="primary" wide buttonRef={done} onClick={onDone}>
        {t().ui.done}
      </Button>
    </div>
  );
}
