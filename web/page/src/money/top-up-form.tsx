import { type Installation, ProblemError } from "@talktime/client";
import { useState } from "preact/hooks";
import { failureText } from "../failures.js";
import { money, shortMoney } from "../format.js";
import { wallet } from "../talktime.js";
import { t } from "../texts/index.js";
import { Button } from "../ui/button.js";
import { Choice } from "../ui/choice.js";
import { Field } from "../ui/field.js";
import { Notice } from "../ui/notice.js";
import { parseAmount, proposals } from "./amounts.js";

interface AmountFormProps {
  installation: Installation;
  wished: number | undefined;
  pay: (amountMinor: number) => Promise<void>;
}

/** One of the proposed amounts, or another one. */
export function AmountForm({ installation, wished, pay }: AmountFormProps) {
  const { currency, currency_exponent: exponent, payment_minor_max: most } = installation;
  const amounts = proposals(exponent, most, wished);
  const [chosen, setChosen] = useState<number | null>(wished ?? amounts[1] ?? amounts[0] ?? null);
  const [typed, setTyped] = useState("");
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);
  const [wrong, setWrong] = useState(false);
  const amount = typed ? parseAmount(typed, exponent) : chosen;
  const payable = amount !== null && amount > 0 && amount <= most;
  const price = wallet.value?.price_minor;
  const texts = t().money;

  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    setWrong(!payable);
    if (!payable || busy) return;
    setBusy(true);
    setFailure(null);
    try {
      await pay(amount);
    } catch (error) {
      setBusy(false);
      if (error instanceof ProblemError && error.type === "invalid-fields") setWrong(true);
      else setFailure(failureText(error));
    }
  };

  return (
    <form class="stack" onSubmit={(event) => void submit(event)} noValidate>
      {failure && (
        <Notice kind="danger" role="alert">
          {failure}
        </Notice>
      )}
      <Choice
        label={texts.amount}
        value={typed || chosen === null ? null : String(chosen)}
        options={amounts.map((each) => ({ value: String(each), label: shortMoney(each, currency) }))}
        onChange={(value) => {
          setChosen(Number(value));
          setTyped("");
          setWrong(false);
        }}
      />
      <Field
        label={texts.otherAmount}
        inputMode="decimal"
        autocomplete="off"
        value={typed}
        onValue={(value) => {
          setTyped(value);
          setWrong(false);
        }}
        error={wrong ? t().problems.fields.amount(money(1, currency), money(most, currency)) : undefined}
      />
      <p class="muted small">
        {payable && price ? `${texts.gives(Math.floor(amount / price))} ` : ""}
        {texts.payHint}
      </p>
      <Button kind="primary" type="submit" wide busy={busy}>
        {payable ? texts.pay(money(amount, currency)) : texts.topUp}
      </Button>
    </form>
  );
}
