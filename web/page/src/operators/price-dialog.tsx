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
export function PriceDialog({ account, name, onDone, onClose }: MoneyDialogProps) {
  const { currency, price_minor: nowMinor } = account.wallet;
  const texts = o().acts.price;
  return (
    <SetPriceDialog
      title={texts.title(name)}
      hint={texts.hint}
      currency={currency}
      nowMinor={nowMinor}
      set={(priceMinor, reason) => operators.money.setPrice(account.id, priceMinor, reason)}
      done={(price) => texts.done(name, price)}
      onDone={onDone}
      onClose={onClose}
    />
  );
}

interface SetPriceDialogProps {
  title: string;
  hint: (now: string) => string;
  currency: string;
  nowMinor: number;
  set: (priceMinor: number, reason: string) => Promise<unknown>;
  /** What is said when it is done. */
  done: (price: string) => string;
  onDone: () => void;
  onClose: () => void;
}

/** Asks for the price of a minute, and why. */
export function SetPriceDialog(props: SetPriceDialogProps) {
  return (
    <Dialog title={props.title} onClose={props.onClose}>
      <PriceForm {...props} />
    </Dialog>
  );
}

function PriceForm({ hint, currency, nowMinor, set, done, onDone, onClose }: SetPriceDialogProps) {
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
      if (price === nowMinor) return setWrong(texts.same);
      await proved(() => set(price, reason.trim()));
      toast(done(said(price)));
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
        hint={hint(said(nowMinor))}
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
