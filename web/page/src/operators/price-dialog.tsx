import type { AccountDetails } from "@talktime/client/operators";
import { useState } from "preact/hooks";
import { currencyExponent, money } from "../format.js";
import { useSubmission } from "../forms.js";
import { installation } from "../installation.js";
import { t } from "../texts/index.js";
import { Button } from "../ui/button.js";
import { Dialog } from "../ui/dialog.js";
import { Field } from "../ui/field.js";
import { Notice } from "../ui/notice.js";
import { toast } from "../ui/toast.js";
import { operatorFailure } from "./failures.js";
import { operators } from "./operators.js";
import { proved } from "./proving.js";
import { ReasonField } from "./reason-field.js";
import { AMOUNT_MINOR_MAX, typedPrice } from "./typed-amounts.js";
import { o } from "./words.js";

export interface MoneyDialogProps {
  account: AccountDetails;
  name: string;
  onDone: () => void;
  onClose: () => void;
}

/** What a minute costs the account from the next call on. */
export function PriceDialog(props: MoneyDialogProps) {
  return (
    <Dialog title={o().acts.price.title(props.name)} onClose={props.onClose}>
      <PriceForm {...props} />
    </Dialog>
  );
}

function PriceForm({ account, name, onDone, onClose }: MoneyDialogProps) {
  const { currency, price_minor: now } = account.wallet;
  const [typed, setTyped] = useState("");
  const [reason, setReason] = useState("");
  const [wrong, setWrong] = useState<string | null>(null);
  const texts = o().acts.price;
  const price = typedPrice(typed, installation.value?.currency_exponent ?? currencyExponent(currency));
  const said = (minor: number) => (minor ? money(minor, currency) : texts.free);
  const { busy, failure, fields, onSubmit } = useSubmission(
    { price: typed.trim(), reason: reason.trim() },
    async () => {
      if (price === null) return setWrong(texts.wrong(money(AMOUNT_MINOR_MAX, currency)));
      if (price === now) return setWrong(texts.same);
      await proved(() => operators.money.setPrice(account.id, price, reason.trim()));
      toast(texts.done(name, said(price)));
      onDone();
      onClose();
    },
    operatorFailure,
  );
  return (
    <form class="stack" onSubmit={onSubmit} noValidate>
      {failure && (
        <Notice kind="danger" role="alert">
          {failure}
        </Notice>
      )}
      <Field
        label={texts.field}
        name="price"
        inputMode="decimal"
        autocomplete="off"
        hint={texts.hint(said(now))}
        value={typed}
        onValue={(value) => {
          setTyped(value);
          setWrong(null);
        }}
        error={wrong ?? fields.price}
      />
      <ReasonField value={reason} onValue={setReason} error={fields.reason} />
      <div class="dialog-actions">
        <Button onClick={onClose}>{t().ui.cancel}</Button>
        <Button kind="primary" type="submit" busy={busy}>
          {price === null ? texts.name : texts.submit(said(price))}
        </Button>
      </div>
    </form>
  );
}
