import type { OwnLimits } from "@talktime/client";
import { useEffect, useState } from "preact/hooks";
import { currencyExponent, money } from "../format.js";
import { useSubmission } from "../forms.js";
import { installation } from "../installation.js";
import { useLoad } from "../load.js";
import { account, talktime } from "../talktime.js";
import { t } from "../texts/index.js";
import { m } from "../texts/own.js";
import { Button } from "../ui/button.js";
import { Field, PasswordField } from "../ui/field.js";
import { LoadFailure, Loading } from "../ui/loaded.js";
import { Notice } from "../ui/notice.js";
import { toast } from "../ui/toast.js";
import { asTyped, LIMIT_MINOR_MAX, type LimitName, readLimits } from "./limits.js";
import { limitsChanged } from "./open-limits.js";

/** What one wants to spend at most, for a call and for a day, and how long a call may be. */
export function LimitsForm({ onDone }: { onDone?: () => void }) {
  const { data, error, again } = useLoad((signal) => talktime.api.limits(signal), [limitsChanged.value]);
  if (!data) return error ? <LoadFailure error={error} again={again} /> : <Loading />;
  return <Form limits={data} onDone={onDone} />;
}

function Form({ limits, onDone }: { limits: OwnLimits; onDone?: (() => void) | undefined }) {
  const [now, setNow] = useState(limits);
  const { currency, spend_day_time_zone: zone } = now;
  const exponent = installation.value?.currency_exponent ?? currencyExponent(currency);
  const [typed, setTyped] = useState(() => asTyped(now, exponent));
  const [password, setPassword] = useState("");
  const [marked, setMarked] = useState<readonly LimitName[]>([]);
  const texts = m().limits;
  const { changes, wrong, loosens } = readLimits(typed, now, exponent);
  const needed: Record<string, string> = loosens ? { current_password: password } : {};
  const { busy, failure, fields, onSubmit } = useSubmission(needed, async () => {
    setMarked(wrong);
    if (wrong.length) return;
    if (Object.keys(changes).length)
      show(await talktime.api.changeLimits({ ...changes, ...(loosens && { current_password: password }) }));
    limitsChanged.value += 1;
    toast(m().settings.saved);
    onDone?.();
  });
  const show = (limits: OwnLimits) => {
    setNow(limits);
    setTyped(asTyped(limits, exponent));
    setPassword("");
  };
  // Changed elsewhere on this page, as in the dialog over it.
  useEffect(() => show(limits), [JSON.stringify(limits)]);
  const field = (name: LimitName, error: string, hint?: string) => (
    <Field
      label={texts[name](currency)}
      hint={hint}
      name={name}
      inputMode="decimal"
      autocomplete="off"
      placeholder={texts.none}
      value={typed[name]}
      onValue={(value) => {
        setTyped({ ...typed, [name]: value });
        setMarked([]);
      }}
      error={marked.includes(name) ? error : undefined}
    />
  );
  const wrongAmount = t().problems.fields.amount(money(1, currency), money(LIMIT_MINOR_MAX, currency));
  return (
    <form class="stack" onSubmit={onSubmit} noValidate>
      <p class="field-hint">{texts.hint}</p>
      {failure && (
        <Notice kind="danger" role="alert">
          {failure}
        </Notice>
      )}
      {field("call", wrongAmount)}
      {field("day", wrongAmount, texts.dayHint(zone))}
      {field("minutes", texts.wrongMinutes, texts.minutesHint)}
      {loosens && (
        <>
          {/* For password managers: whose password this is. */}
          <input name="username" autocomplete="username" value={account.value?.user_name ?? ""} readOnly hidden />
          <PasswordField
            label={texts.proof}
            name="current_password"
            autocomplete="current-password"
            value={password}
            onValue={setPassword}
            error={fields.current_password}
          />
        </>
      )}
      <Button type="submit" busy={busy}>
        {texts.submit}
      </Button>
    </form>
  );
}
