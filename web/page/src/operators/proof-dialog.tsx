import { ProblemError } from "@talktime/client";
import { useEffect, useState } from "preact/hooks";
import { useSubmission } from "../forms.js";
import { t } from "../texts/index.js";
import { Button } from "../ui/button.js";
import { Dialog } from "../ui/dialog.js";
import { PasswordField } from "../ui/field.js";
import { Notice } from "../ui/notice.js";
import { operatorFailure } from "./failures.js";
import { operator, operators } from "./operators.js";
import { type Waiting, waiting } from "./proving.js";
import { o } from "./words.js";

/** Asks for the password while an act waits for it. */
export function ProofDialog() {
  const act = waiting.value;
  // Whoever is signed out meanwhile does nothing any more.
  useEffect(() => () => waiting.peek()?.giveUp(), []);
  if (!act) return null;
  return (
    <Dialog title={o().proof.title} onClose={act.giveUp}>
      <Proof act={act} />
    </Dialog>
  );
}

function Proof({ act }: { act: Waiting }) {
  const [password, setPassword] = useState("");
  const { busy, failure, fields, onSubmit } = useSubmission(
    { password },
    async () => {
      await operators.logInAgain(password);
      act.proved();
    },
    proofFailure,
  );
  return (
    <form class="stack" onSubmit={onSubmit} noValidate>
      <p>{o().proof.hint}</p>
      {failure && (
        <Notice kind="danger" role="alert">
          {failure}
        </Notice>
      )}
      {/* For password managers: whose password this is. */}
      <input name="username" autocomplete="username" value={operator.value?.user_name ?? ""} readOnly hidden />
      <PasswordField
        label={t().account.password}
        name="password"
        autocomplete="current-password"
        autoFocus
        value={password}
        onValue={setPassword}
        error={fields.password}
      />
      <div class="dialog-actions">
        <Button onClick={act.giveUp}>{t().ui.cancel}</Button>
        <Button kind="primary" type="submit" busy={busy}>
          {o().proof.submit}
        </Button>
      </div>
    </form>
  );
}

function proofFailure(error: unknown): string {
  const isWrong = error instanceof ProblemError && error.type === "wrong-credentials";
  return isWrong ? o().proof.wrong : operatorFailure(error);
}
