import { useState } from "preact/hooks";
import { money } from "../format.js";
import { Choice } from "../ui/choice.js";
import { MoveDialog } from "./move-dialog.js";
import { operators } from "./operators.js";
import type { MoneyDialogProps } from "./price-dialog.js";
import { o } from "./words.js";

type Way = "give" | "take";

/** Give or take money. */
export function AdjustDialog({ account, name, onDone, onClose }: MoneyDialogProps) {
  const [way, setWay] = useState<Way>("give");
  const { currency, balance_minor: before, available_minor: available } = account.wallet;
  const texts = o().acts.adjust;
  const said = (minor: number) => money(minor, currency);
  const signed = (amountMinor: number) => (way === "give" ? amountMinor : -amountMinor);
  return (
    <MoveDialog
      title={texts.title(name)}
      currency={currency}
      mostMinor={way === "take" ? available : null}
      tooMuch={texts.tooMuch}
      danger={way === "take"}
      facts={({ amountMinor }) => [
        [texts.before, said(before)],
        [way === "give" ? texts.giving : texts.taking, said(amountMinor)],
        [texts.after, said(before + signed(amountMinor))],
      ]}
      submit={({ amountMinor }) => texts.submit[way](said(amountMinor))}
      move={async ({ amountMinor, ...why }) => {
        const booked = await operators.money.adjust(account.id, { ...why, amountMinor: signed(amountMinor) });
        return texts.done(said(booked.balance_after_minor));
      }}
      onDone={onDone}
      onClose={onClose}
    >
      <Choice<Way>
        label={texts.way}
        value={way}
        options={[
          { value: "give", label: texts.give },
          { value: "take", label: texts.take },
        ]}
        onChange={setWay}
      />
    </MoveDialog>
  );
}
