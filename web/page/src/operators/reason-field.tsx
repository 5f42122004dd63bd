import { useId } from "preact/hooks";
import { Icon } from "../ui/icon.js";
import { o } from "./words.js";

/** The API's `REASON_CHARS_MAX`. */
export const REASON_CHARS_MAX = 500;

/** The API's `REFERENCE_CHARS_MAX`. */
const REFERENCE_CHARS_MAX = 200;

/** Why an operator acts; or for what has happened elsewhere, where it is found there. */
export type Note = "reason" | "reference";

interface ReasonFieldProps {
  value: string;
  onValue: (value: string) => void;
  error: string | undefined;
  note?: Note | undefined;
}

/** Every act says why. */
export function ReasonField({ value, onValue, error, note = "reason" }: ReasonFieldProps) {
  const id = useId();
  const texts = o().acts;
  return (
    <div class="field">
      <label for={id}>{texts[note]}</label>
      <textarea
        id={id}
        class="reason-box"
        name={note}
        rows={2}
        maxLength={note === "reason" ? REASON_CHARS_MAX : REFERENCE_CHARS_MAX}
        value={value}
        aria-invalid={error ? "true" : undefined}
        aria-describedby={`${id}-hint`}
        onInput={(event) => onValue(event.currentTarget.value)}
      />
      <p id={`${id}-hint`} class={error ? "field-error" : "field-hint"}>
        {error && <Icon name="alert" size={16} />}
        {error ?? texts[`${note}Hint`]}
      </p>
    </div>
  );
}
