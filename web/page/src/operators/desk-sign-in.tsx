import { ProblemError } from "@talktime/client";
import { useEffect, useRef, useState } from "preact/hooks";
import { Languages } from "../account/door.js";
import { useSubmission } from "../forms.js";
import { Mark } from "../frame/brand.js";
import { t } from "../texts/index.js";
import { Button } from "../ui/button.js";
import { Field, PasswordField } from "../ui/field.js";
import { Notice } from "../ui/notice.js";
import { Screen } from "../ui/screen.js";
import { operatorFailure } from "./failures.js";
import { operators, refused } from "./operators.js";
import { o } from "./words.js";

/** The operators' own door; it stands at whatever address was wanted, which is there once it is open. */
export function DeskSignIn() {
  const [login, setLogin] = useState("");
  const [password, setPassword] = useState("");
  const first = useRef<HTMLInputElement>(null);
  const { busy, failure, fields, onSubmit } = useSubmission(
    { login, password },
    async () => void (await operators.session.logIn({ login: login.trim(), password })),
    signInFailure,
  );
  useEffect(() => {
    if (matchMedia("(hover: hover)").matches) first.current?.focus();
  }, []);
  const texts = o().signIn;
  const said = failure ?? (refused.value ? texts.over : null);
  return (
    <main class="desk-door">
      <p class="door-brand">
        <Mark />
        Talktime <span class="desk-mark">{o().title}</span>
      </p>
      <Screen title={texts.title}>
        <p class="muted">{texts.hint}</p>
        <form class="stack" onSubmit={onSubmit} noValidate>
          {said && (
            <Notice kind={failure ? "danger" : "info"} role="alert">
              {said}
            </Notice>
          )}
          <Field
            label={t().account.login}
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
            label={t().account.password}
            name="password"
            autocomplete="current-password"
            value={password}
            onValue={setPassword}
            error={fields.password}
          />
          <Button kind="primary" type="submit" wide busy={busy}>
            {texts.submit}
          </Button>
        </form>
        <p class="door-other">
          {texts.customer} <a href="/">{o().toTalktime}</a>
        </p>
      </Screen>
      <Languages />
    </main>
  );
}

/** Who is no operator hears the same as who does not know the password. */
function signInFailure(error: unknown): string {
  const isRefused = error instanceof ProblemError && error.type === "wrong-credentials";
  return isRefused ? o().signIn.refused : operatorFailure(error);
}
