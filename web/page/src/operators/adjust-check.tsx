import { useEffect, useRef, useState } from "preact/hooks";
import { money } from "../format.js";
import { useSubmission } from "../forms.js";
import { t } from "../texts/index.js";
import { Button } from "../ui/button.js";
import { Notice } from "../ui/notice.js";
import { toast } from "../ui/toast.js";
import { type Draft, mayBeBooked } from "./adjusting.js";
import { Fact } from "./facts.js";
import { operatorFailure } from "./failures.js";
import { operators } from "./operators.js";
import type { MoneyDialogProps } from "./price-dialog.js";
import { proved } from "./proving.js";
import { o } from "./words.js";

interface AdjustCheckProps extends MoneyDialogProps {
  draft: Draft;
  onBack: () => void;
}

/** The last look before money moves. Whatever is sent from here is the same draft, so it is booked once. */
export function AdjustCheck({ account, draft, onBack, onDone, onClose }: AdjustCheckProps) {
  const { currency, balance_minor: before } = account.wallet;
  // What the account is shown as may change meanwhile; what was asked here does not.
  const [beforeMinor] = useState(before);
  const [uncertain, setUncertain] = useState(false);
  const first = useRef<HTMLParagraphElement>(null);
  useEffect(() => first.current?.focus(), []);
  const texts = o().acts.adjust;
  const { amountMinor, reason } = draft;
  const way = amountMinor > 0 ? "give" : "take";
  const amount = money(Math.abs(amountMinor), currency);
  const { busy, failure, onSubmit } = useSubmission(
    {},
    async () => {
      try {
        const booked = await proved(() => operators.api.adjust(account.id, draft.id, amountMinor, reason));
        toast(texts.done(money(booked.balance_after_minor, booked.currency)));
      } catch (error) {
        setUncertain((was) => was || mayBeBooked(error));
        throw error;
      }
      onDone();
      onClose();
    },
    (error) => (mayBeBooked(error) ? texts.unknown : operatorFailure(error)),
  );
  const close = () => {
    if (uncertain) onDone();
    onClose();
  };
  return (
    <form class="stack" onSubmit={onSubmit} noValidate>
      <p ref={first} tabIndex={-1} class="no-ring">
        {texts.check}
      </p>
      {failure && (
        <Notice kind="danger" role="alert">
          {failure}
        </Notice>
      )}
      <dl class="facts">
        <Fact term={texts.before}>{money(beforeMinor, currency)}</Fact>
        <Fact term={way === "give" ? texts.giving : texts.taking}>
          <strong>{amount}</strong>
        </Fact>
        <Fact term={texts.after}>
          <strong>{money(beforeMinor + amountMinor, currency)}</strong>
        </Fact>
        <Fact term={o().acts.reason}>{reason}</Fact>
      </dl>
      <div class="dialog-actions">
        {uncertain ? <Button onClick={close}>{t().ui.close}</Button> : <Button onClick={onBack}>{o().back}</Button>}
        <Button kind={way === "give" ? "primary" : "danger"} type="submit" busy={busy}>
          {texts.submit[way](amount)}
        </Button>
      </div>
    </form>
  );
}
