import type { Call, LowFunds as Facts } from "@talktime/client";
import { useEffect } from "preact/hooks";
import { duration, money } from "../format.js";
import { installation } from "../installation.js";
import { openLimits } from "../money/open-limits.js";
import { openTopUp } from "../money/open-top-up.js";
import { t } from "../texts/index.js";
import { announce } from "../ui/announce.js";
import { Button } from "../ui/button.js";
import { Icon } from "../ui/icon.js";
import { offersFor } from "./offers.js";
import { play } from "./ringing-sound.js";
import { WARNING } from "./tones.js";
import { useSeconds } from "./use-changes.js";
import "./low-funds.css";

const REMIND_SECONDS = 10;
const SECOND_MS = 1_000;

/** How long the call still lasts, and how to let it go on. */
export function Warning({ call, facts }: { call: Call; facts: Facts }) {
  const texts = t().calling;
  useSeconds(() => call.talkMs, true);
  const leftMs = Math.max(0, facts.endsAtTalkMs - call.talkMs);
  const left = Math.ceil(leftMs / SECOND_MS);
  const pays = call.role === "caller";
  const limit = facts.reason === "spend_limit" ? (facts.spendLimit ?? "call") : null;
  const missing =
    facts.shortfallMinor !== null && facts.currency
      ? { minor: facts.shortfallMinor, currency: facts.currency }
      : null;
  useEffect(() => {
    play(WARNING, { once: true });
  }, []);
  useEffect(() => {
    if (left === REMIND_SECONDS) announce(texts.secondsLeft(left));
  }, [left]);
  const clock = duration(left * SECOND_MS);
  return (
    <section class="low-funds" role="alert" aria-label={limit ? texts.limitNear : texts.lowBalance}>
      <Icon name="alert" size={24} />
      <div class="low-funds-text">
        {/* It is told once and at ten seconds, not every second. */}
        <p class="low-funds-clock" aria-live="off">
          {pays ? texts.endsIn(clock) : texts.mayEndIn(clock)}
        </p>
        {limit && <p>{texts.limitReached[limit]}</p>}
        {missing && <p>{texts.missing(money(missing.minor, missing.currency))}</p>}
      </div>
      {missing && <Offers {...missing} />}
      {limit && (
        <Button small kind="primary" onClick={openLimits}>
          {texts.changeLimits}
        </Button>
      )}
    </section>
  );
}

function Offers({ minor, currency }: { minor: number; currency: string }) {
  const texts = t().calling;
  const here = installation.value;
  if (!here || here.payment_provider === "none") return null;
  const offers = offersFor(minor, here.currency_exponent, here.payment_minor_max);
  return (
    <div class="low-funds-offers">
      {offers.map((amountMinor, index) => (
        <Button
          key={amountMinor}
          small
          kind={index ? "secondary" : "primary"}
          onClick={() => openTopUp({ amountMinor })}
        >
          {texts.topUpAmount(money(amountMinor, currency))}
        </Button>
      ))}
      <Button small kind="quiet" onClick={() => openTopUp()}>
        {texts.otherAmount}
      </Button>
    </div>
  );
}
