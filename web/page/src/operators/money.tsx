import type { AccountDetails } from "@talktime/client/operators";
import { useState } from "preact/hooks";
import { money } from "../format.js";
import { percent } from "../money/shares.js";
import { locale } from "../texts/index.js";
import { Button } from "../ui/button.js";
import { AdjustDialog } from "./adjust-dialog.js";
import { AskingPriceDialog } from "./asking-price-dialog.js";
import { Card, Fact } from "./facts.js";
import { operator } from "./operators.js";
import { PayoutDialog } from "./payout-dialog.js";
import { PriceDialog } from "./price-dialog.js";
import { o } from "./words.js";

interface MoneyProps {
  account: AccountDetails;
  name: string;
  onDone: () => void;
}

/** The account's wallet, and the acts that change it. */
export function Money({ account, name, onDone }: MoneyProps) {
  const [open, setOpen] = useState<"adjust" | "price" | "asking" | "payout" | null>(null);
  const { wallet } = account;
  const texts = o().account;
  const amount = (minor: number) => money(minor, wallet.currency);
  const isOwn = account.id === operator.value?.id;
  const dialog = { account, name, onDone, onClose: () => setOpen(null) };
  return (
    <Card title={texts.money}>
      <dl class="facts">
        <Fact term={texts.balance}>
          <strong>{amount(wallet.balance_minor)}</strong>
        </Fact>
        {wallet.held_minor > 0 && <Fact term={texts.held}>{amount(wallet.held_minor)}</Fact>}
        {wallet.held_minor > 0 && <Fact term={texts.available}>{amount(wallet.available_minor)}</Fact>}
        {wallet.earned_minor > 0 && <Fact term={texts.earned}>{amount(wallet.earned_minor)}</Fact>}
        <Fact term={texts.price}>{wallet.price_minor ? amount(wallet.price_minor) : o().acts.price.free}</Fact>
        {account.asking_price_minor !== null && (
          <Fact term={texts.asking}>
            {account.asking_price_minor ? amount(account.asking_price_minor) : o().acts.price.free}
          </Fact>
        )}
        {account.earning_share_bp > 0 && (
          <Fact term={texts.share}>{percent(account.earning_share_bp, locale.value)}</Fact>
        )}
        {wallet.minutes_affordable !== null && (
          <Fact term={texts.minutes}>{texts.minutesOf(wallet.minutes_affordable)}</Fact>
        )}
      </dl>
      {!isOwn && (
        <div class="row">
          <Button onClick={() => setOpen("adjust")}>{o().acts.adjust.name}</Button>
          {wallet.earned_minor > 0 && <Button onClick={() => setOpen("payout")}>{o().acts.payout.name}</Button>}
          {!account.deleted_at && <Button onClick={() => setOpen("price")}>{o().acts.price.name}</Button>}
          {!account.deleted_at && <Button onClick={() => setOpen("asking")}>{o().acts.asking.name}</Button>}
        </div>
      )}
      {open === "adjust" && <AdjustDialog {...dialog} />}
      {open === "asking" && <AskingPriceDialog {...dialog} />}
      {open === "payout" && <PayoutDialog {...dialog} />}
      {open === "price" && <PriceDialog {...dialog} />}
    </Card>
  );
}
