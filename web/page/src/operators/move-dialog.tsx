import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { currencyExponent, money } from "../format.js";
import { useSubmission } from "../forms.js";
import { installation } from "../installation.js";
import { t } from "../texts/index.js";
import { Button } from "../ui/button.js";
import { Dialog } from "../ui/dialog.js";
import { Field } from "../ui/field.js";
import { operatorFailure } from "./failures.js";
import { type Draft, type Move, MoveCheck } from "./move-check.js";
import { ReasonField } from "./reason-field.js";
import { AMOUNT_MINOR_MAX, typedAmount } from "./typed-amounts.js";
import { o } from "./words.js";

interface MoveDialogProps extends Move {
  title: string;
  /** What it does, where that is not plain. */
  hint?: string;
  /** No more than this can be moved, and what is said where more was typed; null where nothing limits it. */
  mostMinor: number | null;
  tooMuch: (most: string) => string;
  /** What else is to be chosen. */
  children?: ComponentChildren;
}

/** Moves money: first how much and why, then a look at what comes of it. */
export function MoveDialog(props: MoveDialogProps) {
  const { title, hint, currency, mostMinor, tooMuch, note, children, onClose } = props;
  const [typed, setTyped] = useState("");
  const [reason, setReason] = useState("");
  const [wrong, setWrong] = useState<string | null>(null);
  const [checked, setChecked] = useState<Draft | null>(null);
  useEffect(() => setWrong(null), [mostMinor]);
  const exponent = installation.value?.currency_exponent ?? currencyExponent(currency);
  const texts = o().acts.move;
  const { fields, onSubmit } = useSubmission(
    { amount: typed.trim(), reason: reason.trim() },
    async () => {
      const amountMinor = typedAmount(typed, exponent);
      if (amountMinor === null) return setWrong(texts.wrong(money(AMOUNT_MINOR_MAX, currency)));
      if (mostMinor !== null && amountMinor > mostMinor) return setWrong(tooMuch(money(mostMinor, currency)));
      setWrong(null);
      setChecked({ amountMinor, reason: reason.trim() });
    },
    operatorFailure,
  );
  return (
    <Dialog title={title} onClose={onClose}>
      {checked ? (
        <MoveCheck {...props} draft={checked} onBack={() => setChecked(null)} />
      ) : (
        <form class="stack" onSubmit={onSubmit} noValidate>
          {hint && <p>{hint}</p>}
          {children}
          <Field
            label={texts.amount}
            name="amount"
            inputMode="decimal"
            autocomplete="off"
            value={typed}
            onValue={(value) => {
              setTyped(value);
              setWrong(null);
            }}
            error={wrong ?? fields.amount}
          />
          <ReasonField value={reason} onValue={setReason} error={fields.reason} note={note} />
          <div class="dialog-actions">
            <Button onClick={onClose}>{t().ui.cancel}</Button>
            <Button kind="primary" type="submit">
              {texts.next}
            </Button>
          </div>
        </form>
      )}
    </Dialog>
  );
}
