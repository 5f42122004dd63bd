import type { Payment } from "@talktime/client";
import type { PaymentRefund } from "@talktime/client/operators";
import { moment, money } from "../format.js";
import { useLoad } from "../load.js";
import { payableBackOf } from "./giving-back.js";
import { MoveDialog } from "./move-dialog.js";
import { operators } from "./operators.js";
import type { MoneyDialogProps } from "./price-dialog.js";
import { o } from "./words.js";

/** Send a payment back to its payer, or a part of it. */
export function PayBackDialog({ account, payment, onDone, onClose }: MoneyDialogProps & { payment: Payment }) {
  const { balance_minor: balance, available_minor: available } = account.wallet;
  const { data } = useLoad((signal) => operators.money.paymentRefunds(payment.id, signal), [payment.id]);
  const texts = o().acts.payBack;
  const said = (minor: number) => money(minor, payment.currency);
  return (
    <MoveDialog
      title={texts.title(said(payment.amount_minor))}
      hint={texts.hint}
      currency={payment.currency}
      mostMinor={payableBackOf(payment, available)}
      tooMuch={texts.tooMuch}
      danger
      facts={({ amountMinor }) => [
        [texts.before, said(balance)],
        [texts.moved, said(amountMinor)],
        [texts.after, said(balance - amountMinor)],
      ]}
      submit={({ amountMinor }) => texts.submit(said(amountMinor))}
      move={async (moved) => {
        const { status, amount_minor: amount } = await operators.money.refundPayment(payment.id, moved);
        return texts.outcomes[status](said(amount));
      }}
      onDone={onDone}
      onClose={onClose}
    >
      {data && data.items.length > 0 && <Before refunds={data.items} />}
    </MoveDialog>
  );
}

/** What went back before. */
function Before({ refunds }: { refunds: PaymentRefund[] }) {
  const texts = o().acts.payBack;
  return (
    <ul aria-label={texts.earlier} class="stack">
      {refunds.map(({ id, status, amount_minor: amount, currency, created_at: at, reason }) => (
        <li key={id} class="muted">
          <time dateTime={at}>{moment(at)}</time>: {texts.outcomes[status](money(amount, currency))} {reason}
        </li>
      ))}
    </ul>
  );
}
