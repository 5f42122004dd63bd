import { useEffect, useRef, useState } from "preact/hooks";
import { useLocation } from "preact-iso";
import { useSubmission } from "../forms.js";
import { account, talktime } from "../talktime.js";
import { t } from "../texts/index.js";
import { Avatar } from "../ui/avatar.js";
import { Button } from "../ui/button.js";
import { Field, PasswordField } from "../ui/field.js";
import { Notice } from "../ui/notice.js";
import { Door } from "./door.js";
import { nextOf } from "./next.js";
import { switchTo } from "./switching.js";

/** `/sign-in`: with a password, or as somebody who is signed in in this browser already. */
export function SignIn() {
  const { query, route, url } = useLocation();
  const [login, setLogin] = useState("");
  const [password, setPassword] = useState("");
  const first = useRef<HTMLInputElement>(null);
  const { busy, failure, fields, onSubmit } = useSubmission({ login, password }, async () => {
    await talktime.session.logIn({ login: login.trim(), password });
    route(nextOf(query), true);
  });
  // A thumb would have the keyboard jump into its way.
  useEffect(() => {
    if (matchMedia("(hover: hover)").matches) first.current?.focus();
  }, []);
  const texts = t().account;
  return (
    <Door title={texts.signIn}>
      <StoredAccounts />
      <form onSubmit={onSubmit} noValidate>
        {failure && (
          <Notice kind="danger" role="alert">
            {failure}
          </Notice>
        )}
        <Field
          label={texts.login}
          name="login"
          autocomplete="username"
          autocapitalize="none"
          spellcheck={false}
          inputRef={first}
          value={login}
          onValue={setLogin}
          error={fields.login}
        />
        <PasswordField
          label={texts.password}
          name="password"
          autocomplete="current-password"
          value={password}
          onValue={setPassword}
          error={fields.password}
        />
        <Button kind="primary" type="submit" wide busy={busy}>
          {texts.signIn}
        </Button>
      </form>
      <p class="door-other">
        {texts.noAccount} <a href={`/sign-up${url.slice("/sign-in".length)}`}>{texts.signUp}</a>
      </p>
    </Door>
  );
}

function StoredAccounts() {
  const { query, route } = useLocation();
  const [, again] = useState(0);
  const accounts = talktime.session.accounts();
  if (!accounts.length) return null;
  const goOn = async (id: string) => {
    if (id === account.value?.id || (await switchTo(id))) route(nextOf(query), true);
    else again((count) => count + 1);
  };
  return (
    <div class="door-accounts">
      {accounts.map(({ id, userName }) => (
        <Button key={id} wide onClick={() => void goOn(id)}>
          <Avatar name={userName} size="small" /> {t().account.goOnAs(userName)}
        </Button>
      ))}
    </div>
  );
}
