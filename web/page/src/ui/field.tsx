import type { ComponentChildren, InputHTMLAttributes, LooseInputHTMLAttributes, Ref } from "preact";
import { useId, useState } from "preact/hooks";
import { t } from "../texts/index.js";
import { IconButton } from "./button.js";
import { Icon, type IconName } from "./icon.js";
import "./field.css";

/** What of an input's own properties a field passes on. */
type Native = Pick<
  LooseInputHTMLAttributes<HTMLInputElement>,
  | "autocomplete"
  | "autocapitalize"
  | "autoFocus"
  | "disabled"
  | "enterkeyhint"
  | "inputMode"
  | "maxLength"
  | "name"
  | "onBlur"
  | "placeholder"
  | "required"
  | "spellcheck"
>;

interface FieldProps extends Native {
  type?: "text" | "email" | "password" | "search" | "date" | undefined;
  label: string;
  value: string;
  onValue: (value: string) => void;
  hint?: string | undefined;
  /** What is wrong and what to do; marks the field as invalid. */
  error?: string | undefined;
  icon?: IconName | undefined;
  /** A label for screen readers only, where the icon and the place say it to the eye. */
  hideLabel?: boolean | undefined;
  inputRef?: Ref<HTMLInputElement> | undefined;
  after?: ComponentChildren;
}

/** A labelled line of text, with its hint and its error read out together with it. */
export function Field(props: FieldProps) {
  const { label, value, onValue, hint, error, icon, hideLabel, inputRef, after, type = "text", ...rest } = props;
  // Their types tell apart what each type of input may have; the few here suit all of them.
  const given = { ...rest, type } as InputHTMLAttributes<HTMLInputElement>;
  const id = useId();
  // What is wrong takes the place of what would be right.
  const described = error ? `${id}-error` : hint && `${id}-hint`;
  return (
    <div class="field">
      <label for={id} class={hideLabel ? "visually-hidden" : ""}>
        {label}
      </label>
      <div class="field-box" data-invalid={error ? "" : undefined}>
        {icon && <Icon name={icon} />}
        <input
          {...given}
          ref={inputRef ?? null}
          id={id}
          value={value}
          aria-invalid={error ? "true" : undefined}
          aria-describedby={described}
          onInput={(event) => onValue(event.currentTarget.value)}
        />
        {after}
      </div>
      {hint && !error && (
        <p id={`${id}-hint`} class="field-hint">
          {hint}
        </p>
      )}
      {error && (
        <p id={`${id}-error`} class="field-error">
          <Icon name="alert" size={16} />
          {error}
        </p>
      )}
    </div>
  );
}

/** A password that its owner may look at. */
export function PasswordField(props: Omit<FieldProps, "type" | "after">) {
  const [shown, setShown] = useState(false);
  const texts = t().ui;
  return (
    <Field
      {...props}
      type={shown ? "text" : "password"}
      autocapitalize="none"
      spellcheck={false}
      after={
        <IconButton
          icon={shown ? "eye-off" : "eye"}
          label={shown ? texts.hidePassword : texts.showPassword}
          onClick={() => setShown(!shown)}
        />
      }
    />
  );
}
