import type { CallRecord } from "@talktime/client/operators";
import { money } from "../format.js";
import { refundableOf } from "./giving-back.js";
import { MoveDialog } from "./move-dialog.js";
import { operators } from "./operators.js";
import { o } from "./words.js";

/** Give back of what a call cost. */
export function RefundDialog(props: { call: CallRecord; onDone: () => void; onClose: () => void }) {
  const { call, onDone, onClose } = props;
  const left = refundableOf(call);
  const texts = o().acts.refund;
  const said = (minor: number) => money(minor, call.currency);
  return (
    <MoveDialog
      title={texts.title}
      hint={call.earned_minor > 0 ? texts.hintEarned(said(call.earned_minor)) : texts.hint}
      currency={call.currency}
      mostMinor={left}
      tooMuch={texts.tooMuch}
      facts={({ amountMinor }) => [
        [texts.before, said(left)],
        [texts.moved, said(amountMinor)],
        [texts.after, said(left - amountMinor)],
      ]}
      submit={({ amountMinor }) => texts.submit(said(amountMinor))}
      move={async (moved) => {
        const { amount_minor: amount } = await operators.money.refundCall(call.id, moved);
        return texts.done(said(amount));
      }}
      onDone={onDone}
      onClose={onClose}
    />
  );
}
