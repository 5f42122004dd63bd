import { useState } from "preact/hooks";
import { currencyExponent, money } from "../format.js";
import { useSubmission } from "../forms.js";
import { installation } from "../installation.js";
import { t } from "../texts/index.js";
import { Button } from "../ui/button.js";
import { Choice } from "../ui/choice.js";
import { Dialog } from "../ui/dialog.js";
import { Field } from "../ui/field.js";
import { AdjustCheck } from "./adjust-check.js";
import { AMOUNT_MINOR_MAX, type Draft, draft, typedAmount, type Way } from "./adjusting.js";
import { operatorFailure } from "./failures.js";
import type { MoneyDialogProps } from "./price-dialog.js";
import { ReasonField } from "./reason-field.js";
import { o } from "./words.js";

/** Give or take money: first what, then a look at what it makes of the balance. */
export function AdjustDialog(props: MoneyDialogProps) {
  const { account, name, onClose } = props;
  const [way, setWay] = useState<Way>("give");
  const [typed, setTyped] = useState("");
  const [reason, setReason] = useState("");
  const [wrong, setWrong] = useState<string | null>(null);
  const [checked, setChecked] = useState<Draft | null>(null);
  const { currency, available_minor: available } = account.wallet;
  const exponent = installation.value?.currency_exponent ?? currencyExponent(currency);
  const texts = o().acts.adjust;
  const { fields, onSubmit } = useSubmission(
    { amount: typed.trim(), reason: reason.trim() },
    async () => {
      const amount = typedAmount(typed, exponent);
      if (amount === null) return setWrong(texts.wrong(money(AMOUNT_MINOR_MAX, currency)));
      if (way === "take" && amount > available) return setWrong(texts.tooMuch(money(available, currency)));
      setChecked(draft(way, amount, reason.trim()));
    },
    operatorFailure,
  );
  return (
    <Dialog title={texts.title(name)} onClose={onClose}>
      {checked ? (
        <AdjustCheck {...props} draft={checked} onBack={() => setChecked(null)} />
      ) : (
        <form class="stack" onSubmit={onSubmit} noValidate>
          <Choice<Way>
            label={texts.way}
            value={way}
            options={[
              { value: "give", label: texts.give },
              { value: "take", label: texts.take },
            ]}
            onChange={(value) => {
              setWay(value);
              setWrong(null);
            }}
          />
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
          <ReasonField value={reason} onValue={setReason} error={fields.reason} />
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
