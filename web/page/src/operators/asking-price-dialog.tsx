import { useState } from "preact/hooks";
import { currencyExponent, money } from "../format.js";
import { useSubmission } from "../forms.js";
import { installation } from "../installation.js";
import { percent, shareText, typedShare } from "../money/shares.js";
import { locale, t } from "../texts/index.js";
import { Button } from "../ui/button.js";
import { Choice } from "../ui/choice.js";
import { Dialog } from "../ui/dialog.js";
import { Field } from "../ui/field.js";
import { Notice } from "../ui/notice.js";
import { toast } from "../ui/toast.js";
import { operatorFailure } from "./failures.js";
import { operators } from "./operators.js";
import type { MoneyDialogProps } from "./price-dialog.js";
import { proved } from "./proving.js";
import { ReasonField } from "./reason-field.js";
import { AMOUNT_MINOR_MAX, typedPrice } from "./typed-amounts.js";
import { o } from "./words.js";

/** Who calls the account pays this; else what calls cost them anyway. */
type Payer = "own" | "asking";

/** What others pay for calling the account, and what it earns of that. */
export function AskingPriceDialog(props: MoneyDialogProps) {
  return (
    <Dialog title={o().acts.asking.title(props.name)} onClose={props.onClose}>
      <AskingPriceForm {...props} />
    </Dialog>
  );
}

function AskingPriceForm({ account, name, onDone, onClose }: MoneyDialogProps) {
  const { asking_price_minor: now, earning_share_bp: shareNow } = account;
  const { currency } = account.wallet;
  const exponent = installation.value?.currency_exponent ?? currencyExponent(currency);
  const [payer, setPayer] = useState<Payer>(now === null ? "own" : "asking");
  const [typed, setTyped] = useState(now === null ? "" : (now / 10 ** exponent).toFixed(exponent));
  const [share, setShare] = useState(shareText(shareNow));
  const [reason, setReason] = useState("");
  const [wrong, setWrong] = useState<{ price?: string; share?: string }>({});
  const texts = o().acts.asking;
  const price = payer === "own" ? null : typedPrice(typed, exponent);
  const shareBp = typedShare(share);
  const needed = { share: share.trim(), reason: reason.trim(), ...(payer === "asking" && { price: typed.trim() }) };
  const { busy, failure, fields, onSubmit } = useSubmission(
    needed,
    async () => {
      if (payer === "asking" && price === null)
        return setWrong({ price: o().acts.price.wrong(money(AMOUNT_MINOR_MAX, currency)) });
      if (shareBp === null) return setWrong({ share: texts.wrongShare });
      const asked = { priceMinor: price, earningShareBp: shareBp };
      await proved(() => operators.money.setAskingPrice(account.id, { ...asked, reason: reason.trim() }));
      toast(texts.done(name, percent(shareBp, locale.value)));
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
      <Choice<Payer>
        label={texts.payer}
        value={payer}
        options={[
          { value: "own", label: texts.own },
          { value: "asking", label: texts.asking },
        ]}
        onChange={setPayer}
      />
      {payer === "asking" && (
        <Field
          label={o().acts.price.field}
          name="price"
          inputMode="decimal"
          autocomplete="off"
          value={typed}
          onValue={(value) => {
            setTyped(value);
            setWrong({});
          }}
          error={wrong.price ?? fields.price}
        />
      )}
      <Field
        label={texts.share}
        hint={texts.hint}
        name="share"
        inputMode="decimal"
        autocomplete="off"
        value={share}
        onValue={(value) => {
          setShare(value);
          setWrong({});
        }}
        error={wrong.share ?? fields.share}
      />
      <ReasonField value={reason} onValue={setReason} error={fields.reason} />
      <div class="dialog-actions">
        <Button onClick={onClose}>{t().ui.cancel}</Button>
        <Button kind="primary" type="submit" busy={busy}>
          {texts.submit}
        </Button>
      </div>
    </form>
  );
}
