import { ProblemError } from "@talktime/client";
import { useRef, useState } from "preact/hooks";
import { failureText } from "./failures.js";
import { t } from "./texts/index.js";

export const PASSWORD_CHARS_MIN = 10;

export type FieldTexts = Readonly<Record<string, string | undefined>>;

interface Submission {
  busy: boolean;
  /** What concerns the whole form. */
  failure: string | null;
  /** What concerns a field, under the API's name of it. */
  fields: FieldTexts;
  onSubmit: (event: SubmitEvent) => void;
}

/** Send a form: once at a time, not with required fields left empty, and with failures beside their fields. */
export function useSubmission(
  required: Record<string, string>,
  send: () => Promise<void>,
  /** What a failure is called that concerns the whole form. */
  say: (error: unknown) => string = failureText,
): Submission {
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);
  const [fields, setFields] = useState<FieldTexts>({});
  const running = useRef(false);

  const show = (form: HTMLFormElement, text: string | null, texts: FieldTexts) => {
    setFailure(text);
    setFields(texts);
    // After they are marked, the first wrong field is where to go on.
    setTimeout(() => form.querySelector<HTMLElement>("[aria-invalid=true]")?.focus());
  };
  const onSubmit = (event: SubmitEvent) => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    if (running.current) return;
    const empty = Object.keys(required).filter((name) => required[name] === "");
    if (empty.length) {
      const text = t().problems.fields.required;
      return show(form, null, Object.fromEntries(empty.map((name) => [name, text])));
    }
    running.current = true;
    setBusy(true);
    show(form, null, {});
    send()
      .catch((error: unknown) => show(form, say(error), fieldTexts(error)))
      .finally(() => {
        running.current = false;
        setBusy(false);
      });
  };
  return { busy, failure, fields: stillWrong(fields, required), onSubmit };
}

/** Return what is wrong with the fields, but not that one is empty which is filled in by now. */
export function stillWrong(fields: FieldTexts, required: Record<string, string>): FieldTexts {
  const empty = t().problems.fields.required;
  return Object.fromEntries(Object.entries(fields).filter(([name, text]) => text !== empty || !required[name]));
}

/** Return what is wrong with which field, in words for people; the API's own words where we have no better ones. */
export function fieldTexts(error: unknown): FieldTexts {
  if (!(error instanceof ProblemError)) return {};
  const texts = t().problems.fields;
  if (error.type === "wrong-password")
    return { current_password: texts.passwordWrong, password: texts.passwordWrong };
  const taken = error.type === "already-taken";
  const known: Record<string, (message: string) => string> = {
    email: () => (taken ? texts.emailTaken : texts.email),
    user_name: () => (taken ? texts.userNameTaken : texts.userName),
    password: passwordText,
    new_password: passwordText,
  };
  return Object.fromEntries(
    Object.entries(error.fields).map(([field, message]) => [field, known[field]?.(message) ?? message]),
  );
}

function passwordText(message: string): string {
  const texts = t().problems.fields;
  if (message.startsWith("Too easy")) return texts.passwordEasy;
  return message.includes("<=") ? texts.passwordLong : texts.passwordShort(PASSWORD_CHARS_MIN);
}
