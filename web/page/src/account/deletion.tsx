import { ProblemError } from "@talktime/client";
import { useState } from "preact/hooks";
import { money } from "../format.js";
import { useSubmission } from "../forms.js";
import { talktime, wallet } from "../talktime.js";
import { t } from "../texts/index.js";
import { m } from "../texts/own.js";
import { Button } from "../ui/button.js";
import { Dialog } from "../ui/dialog.js";
import { PasswordField } from "../ui/field.js";
import { Notice } from "../ui/notice.js";
import { toast } from "../ui/toast.js";
import { forfeitOf } from "./forfeit.js";

/** The way out, behind a question. */
export function Deletion() {
  const [asking, setAsking] = useState(false);
  const texts = m().settings;
  return (
    <>
      <p class="muted">{texts.deleteHint}</p>
      <Button onClick={() => setAsking(true)}>{texts.delete}</Button>
      {asking && (
        <Dialog title={texts.deleteTitle} onClose={() => setAsking(false)}>
          <Question onCancel={() => setAsking(false)} />
        </Dialog>
      )}
    </>
  );
}

function Question({ onCancel }: { onCancel: () => void }) {
  const [password, setPassword] = useState("");
  const [agreedMinor, setAgreed] = useState<number | null>(null);
  const [refusal, setRefusal] = useState<"in-a-call" | "money-left" | null>(null);
  const texts = m().settings;
  const state = wallet.value;
  const left = state?.balance_minor ?? 0;
  const given = forfeitOf(agreedMinor, left);
  const { busy, failure, fields, onSubmit } = useSubmission({ password }, async () => {
    setRefusal(null);
    try {
      await talktime.api.deleteMe({ password, forfeits_minor: given });
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      if (error.type !== "in-a-call" && error.type !== "money-left") throw error;
      // What is left may have changed since we heard of it.
      if (error.type === "money-left") await talktime.api.wallet();
      return setRefusal(error.type);
    }
    toast(texts.deleted);
    await talktime.session.logOut();
  });
  const said = refusal ? (refusal === "in-a-call" ? texts.inCall : texts.forfeitNeeded) : failure;
  return (
    <form class="stack" onSubmit={onSubmit} noValidate>
      <p>
        {texts.deleteHint} <strong>{texts.deleteFinal}</strong>
      </p>
      {said && (
        <Notice kind="danger" role="alert">
          {said}
        </Notice>
      )}
      {left > 0 && state && (
        <label class="check">
          <input
            type="checkbox"
            checked={given > 0}
            onChange={(event) => setAgreed(event.currentTarget.checked ? left : null)}
          />
          {texts.forfeit(money(left, state.currency))}
        </label>
      )}
      {state && state.earned_minor > 0 && (
        <Notice kind="warning">{texts.earningsLeft(money(state.earned_minor, state.currency))}</Notice>
      )}
      <PasswordField
        label={t().account.password}
        name="password"
        autocomplete="current-password"
        value={password}
        onValue={setPassword}
        error={fields.password}
      />
      <div class="dialog-actions">
        <Button onClick={onCancel}>{t().ui.cancel}</Button>
        <Button kind="danger" type="submit" busy={busy}>
          {texts.delete}
        </Button>
      </div>
    </form>
  );
}
