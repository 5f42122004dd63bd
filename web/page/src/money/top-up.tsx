import type { Payment } from "@talktime/client";
import { useEffect, useRef, useState } from "preact/hooks";
import { money } from "../format.js";
import { installation } from "../installation.js";
import { useLoad } from "../load.js";
import { learnInstallation } from "../talktime.js";
import { t } from "../texts/index.js";
import { LoadFailure, Loading } from "../ui/loaded.js";
import { Notice } from "../ui/notice.js";
import { toast } from "../ui/toast.js";
import { checkoutAddress, openCheckoutWindow } from "./checkout-window.js";
import { closeTopUp, type TopUpWish } from "./open-top-up.js";
import { askPayment, followPayment, outcomeText } from "./payments.js";
import { AmountForm } from "./top-up-form.js";
import { Added, Waiting } from "./top-up-progress.js";

type Step = { name: "choose"; failed?: Payment } | { name: "wait" | "added"; payment: Payment };

/** The top-up: choose an amount, pay it in the provider's window, see it added. A call goes on behind it. */
export function TopUp({ wish }: { wish: TopUpWish }) {
  const [step, setStep] = useState<Step>({ name: "choose" });
  const [opened, setOpened] = useState(false);
  const closed = useRef(false);
  const texts = t().money;

  useEffect(() => {
    return () => {
      closed.current = true;
    };
  }, []);

  const pay = async (amountMinor: number) => {
    const checkout = openCheckoutWindow();
    setOpened(checkout.open);
    try {
      const payment = await askPayment(amountMinor);
      const address = checkoutAddress(payment.checkout_url);
      if (address) checkout.goTo(address);
      else checkout.close();
      setStep({ name: "wait", payment });
      // Not tied to the dialog: who closes it is told by a toast.
      followPayment(payment.id, finish);
    } catch (error) {
      checkout.close();
      throw error;
    }
  };
  const finish = (payment: Payment) => {
    const settled = payment.status === "settled";
    if (!closed.current) setStep(settled ? { name: "added", payment } : { name: "choose", failed: payment });
    else if (settled) toast(texts.added(money(payment.amount_minor, payment.currency)));
    else toast(outcomeText(payment), "danger");
  };

  return (
    <>
      <div aria-live="polite" class="top-up-progress">
        {step.name === "wait" && <Waiting payment={step.payment} opened={opened} />}
        {step.name === "added" && <Added payment={step.payment} onDone={closeTopUp} />}
        {step.name === "choose" && step.failed && <Notice kind="danger">{outcomeText(step.failed)}</Notice>}
      </div>
      {step.name === "choose" && <Choose wish={wish} pay={pay} />}
    </>
  );
}

function Choose({ wish, pay }: { wish: TopUpWish; pay: (amountMinor: number) => Promise<void> }) {
  const { error, again } = useLoad(learnInstallation, []);
  const here = installation.value;
  if (!here) return error ? <LoadFailure error={error} again={again} /> : <Loading />;
  if (here.payment_provider === "none") return <Notice kind="info">{t().problems.paymentsNotOffered}</Notice>;
  return <AmountForm installation={here} wished={wish.amountMinor} pay={pay} />;
}
