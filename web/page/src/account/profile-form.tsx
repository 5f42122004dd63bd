import type { Account, ProfileChanges } from "@talktime/client";
import { useState } from "preact/hooks";
import { longDate } from "../format.js";
import { useSubmission } from "../forms.js";
import { talktime } from "../talktime.js";
import { t } from "../texts/index.js";
import { m } from "../texts/own.js";
import { Button } from "../ui/button.js";
import { Field, PasswordField } from "../ui/field.js";
import { Notice } from "../ui/notice.js";
import { toast } from "../ui/toast.js";

/** Name and address. Another address needs the password, which is asked for only then. */
export function ProfileForm({ account }: { account: Account }) {
  const [userName, setUserName] = useState(account.user_name);
  const [email, setEmail] = useState(account.email);
  const [password, setPassword] = useState("");
  const newEmail = email.trim() !== account.email;
  const needed = { user_name: userName, email, ...(newEmail && { current_password: password }) };
  const { busy, failure, fields, onSubmit } = useSubmission(needed, async () => {
    const changes: ProfileChanges = {};
    if (userName.trim() !== account.user_name) changes.user_name = userName.trim();
    if (newEmail) Object.assign(changes, { email: email.trim(), current_password: password });
    const changed = await talktime.api.updateMe(changes);
    setUserName(changed.user_name);
    setEmail(changed.email);
    setPassword("");
    toast(m().settings.saved);
  });
  const texts = t().account;
  return (
    <form onSubmit={onSubmit} noValidate>
      {failure && (
        <Notice kind="danger" role="alert">
          {failure}
        </Notice>
      )}
      <Field
        label={texts.userName}
        name="user_name"
        autocomplete="username"
        autocapitalize="none"
        spellcheck={false}
        value={userName}
        onValue={setUserName}
        error={fields.user_name}
      />
      <Field
        label={texts.email}
        name="email"
        type="email"
        autocomplete="email"
        value={email}
        onValue={setEmail}
        error={fields.email}
      />
      {newEmail && (
        <PasswordField
          label={m().settings.emailProof}
          name="current_password"
          autocomplete="current-password"
          value={password}
          onValue={setPassword}
          error={fields.current_password}
        />
      )}
      <p class="muted small">{m().settings.memberSince(longDate(new Date(account.created_at)))}</p>
      <Button type="submit" busy={busy}>
        {m().settings.save}
      </Button>
    </form>
  );
}
