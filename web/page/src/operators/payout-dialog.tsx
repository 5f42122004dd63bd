import { money } from "../format.js";
import { MoveDialog } from "./move-dialog.js";
import { operators } from "./operators.js";
import type { MoneyDialogProps } from "./price-dialog.js";
import { o } from "./words.js";

/** Record that earnings were paid out. */
export function PayoutDialog({ account, name, onDone, onClose }: MoneyDialogProps) {
  const { currency, earned_minor: earned } = account.wallet;
  const texts = o().acts.payout;
  const said = (minor: number) => money(minor, currency);
  return (
    <MoveDialog
      title={texts.title(name)}
      hint={texts.hint}
      note="reference"
      currency={currency}
      mostMinor={earned}
      tooMuch={texts.tooMuch}
      facts={({ amountMinor }) => [
        [texts.before, said(earned)],
        [texts.moved, said(amountMinor)],
        [texts.after, said(earned - amountMinor)],
      ]}
      submit={({ amountMinor }) => texts.submit(said(amountMinor))}
      move={async ({ amountMinor, reason, key }) => {
        const booked = await operators.money.payOut(account.id, { amountMinor, reference: reason, key });
        return texts.done(said(booked.earned_after_minor));
      }}
      onDone={onDone}
      onClose={onClose}
    />
  );
}
