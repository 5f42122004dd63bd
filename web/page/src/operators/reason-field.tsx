import { useId } from "preact/hooks";
import { Icon } from "../ui/icon.js";
import { o } from "./words.js";

/** The API's `REASON_CHARS_MAX`. */
export const REASON_CHARS_MAX = 500;

interface ReasonFieldProps {
  value: string;
  onValue: (value: string) => void;
  error: string | undefined;
}

/** Why an operator acts: every act says so. */
export function ReasonField({ value, onValue, error }: ReasonFieldProps) {
  const id = useId();
  const texts = o().acts;
  return (
    <div class="field">
      <label for={id}>{texts.reason}</label>
      <textarea
        id={id}
        class="reason-box"
        name="reason"
        rows={2}
        maxLength={REASON_CHARS_MAX}
        value={value}
        aria-invalid={error ? "true" : undefined}
        aria-describedby={`${id}-hint`}
        onInput={(event) => onValue(event.currentTarget.value)}
      />
      <p id={`${id}-hint`} class={error ? "field-error" : "field-hint"}>
        {error && <Icon name="alert" size={16} />}
        {error ?? texts.reasonHint}
      </p>
    </div>
  );
}
