import { useState } from "preact/hooks";
import { useSubmission } from "../forms.js";
import { t } from "../texts/index.js";
import { Button } from "../ui/button.js";
import { Dialog } from "../ui/dialog.js";
import { Notice } from "../ui/notice.js";
import { toast } from "../ui/toast.js";
import { operatorFailure } from "./failures.js";
import { ReasonField } from "./reason-field.js";

interface ActDialogProps {
  title: string;
  /** What it means for the account or the call. */
  hint: string;
  /** What the button says that does it. */
  submit: string;
  danger?: boolean;
  act: (reason: string) => Promise<unknown>;
  /** What is said when it is done. */
  done: string;
  onDone: () => void;
  onClose: () => void;
}

/** Asks before something is done, and why. */
export function ActDialog(props: ActDialogProps) {
  return (
    <Dialog title={props.title} onClose={props.onClose}>
      <Question {...props} />
    </Dialog>
  );
}

function Question({ hint, submit, danger, act, done, onDone, onClose }: ActDialogProps) {
  const [reason, setReason] = useState("");
  const needed = { reason: reason.trim() };
  const { busy, failure, fields, onSubmit } = useSubmission(
    needed,
    async () => {
      await act(needed.reason);
      toast(done);
      onDone();
      onClose();
    },
    operatorFailure,
  );
  return (
    <form class="stack" onSubmit={onSubmit} noValidate>
      <p>{hint}</p>
      {failure && (
        <Notice kind="danger" role="alert">
          {failure}
        </Notice>
      )}
      <ReasonField value={reason} onValue={setReason} error={fields.reason} />
      <div class="dialog-actions">
        <Button onClick={onClose}>{t().ui.cancel}</Button>
        <Button kind={danger ? "danger" : "primary"} type="submit" busy={busy}>
          {submit}
        </Button>
      </div>
    </form>
  );
}
