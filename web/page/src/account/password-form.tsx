import { useState } from "preact/hooks";
import { PASSWORD_CHARS_MIN, useSubmission } from "../forms.js";
import { talktime } from "../talktime.js";
import { t } from "../texts/index.js";
import { m } from "../texts/own.js";
import { Button } from "../ui/button.js";
import { PasswordField } from "../ui/field.js";
import { Notice } from "../ui/notice.js";
import { toast } from "../ui/toast.js";

/** Another password; the old one proves who asks. */
export function PasswordForm({ userName }: { userName: string }) {
  const [now, setNow] = useState("");
  const [next, setNext] = useState("");
  const needed = { current_password: now, new_password: next };
  const { busy, failure, fields, onSubmit } = useSubmission(needed, async () => {
    await talktime.api.changePassword(needed);
    setNow("");
    setNext("");
    toast(m().settings.passwordChanged);
  });
  const texts = t().account;
  return (
    <form onSubmit={onSubmit} noValidate>
      {failure && (
        <Notice kind="danger" role="alert">
          {failure}
        </Notice>
      )}
      {/* For password managers: whose password this is. */}
      <input name="username" autocomplete="username" value={userName} readOnly hidden />
      <PasswordField
        label={m().settings.passwordNow}
        name="current_password"
        autocomplete="current-password"
        value={now}
        onValue={setNow}
        error={fields.current_password}
      />
      <PasswordField
        label={m().settings.passwordNew}
        name="new_password"
        autocomplete="new-password"
        hint={texts.passwordHint(PASSWORD_CHARS_MIN)}
        value={next}
        onValue={setNext}
        error={fields.new_password}
      />
      <Button type="submit" busy={busy}>
        {m().settings.changePassword}
      </Button>
    </form>
  );
}
