import { useState } from "preact/hooks";
import { useLocation } from "preact-iso";
import { PASSWORD_CHARS_MIN, useSubmission } from "../forms.js";
import { talktime } from "../talktime.js";
import { t } from "../texts/index.js";
import { Button } from "../ui/button.js";
import { Field, PasswordField } from "../ui/field.js";
import { Notice } from "../ui/notice.js";
import { Door } from "./door.js";
import { nextOf } from "./next.js";

/** `/sign-up`: a new account, signed in at once. */
export function SignUp() {
  const { query, route, url } = useLocation();
  const [email, setEmail] = useState("");
  const [userName, setUserName] = useState("");
  const [password, setPassword] = useState("");
  const needed = { email, user_name: userName, password };
  const { busy, failure, fields, onSubmit } = useSubmission(needed, async () => {
    await talktime.session.register({ email: email.trim(), user_name: userName.trim(), password });
    route(nextOf(query), true);
  });
  const texts = t().account;
  return (
    <Door title={texts.signUpTitle}>
      <form onSubmit={onSubmit} noValidate>
        {failure && (
          <Notice kind="danger" role="alert">
            {failure}
          </Notice>
        )}
        <Field
          label={texts.email}
          name="email"
          type="email"
          autocomplete="email"
          value={email}
          onValue={setEmail}
          error={fields.email}
        />
        <Field
          label={texts.userName}
          name="user_name"
          autocomplete="username"
          autocapitalize="none"
          spellcheck={false}
          hint={texts.userNameHint}
          value={userName}
          onValue={setUserName}
          error={fields.user_name}
        />
        <PasswordField
          label={texts.password}
          name="password"
          autocomplete="new-password"
          hint={texts.passwordHint(PASSWORD_CHARS_MIN)}
          value={password}
          onValue={setPassword}
          error={fields.password}
        />
        <Button kind="primary" type="submit" wide busy={busy}>
          {texts.signUp}
        </Button>
      </form>
      <p class="door-other">
        {texts.haveAccount} <a href={`/sign-in${url.slice("/sign-up".length)}`}>{texts.signIn}</a>
      </p>
    </Door>
  );
}
