import { useId } from "preact/hooks";
import { Icon } from "./icon.js";
import "./select.css";

export interface Option<Value extends string> {
  value: Value;
  label: string;
}

interface SelectProps<Value extends string> {
  label: string;
  value: Value;
  options: readonly Option<Value>[];
  onChange: (value: Value) => void;
  disabled?: boolean | undefined;
}

/** One of several, chosen from the browser's own list. */
export function Select<Value extends string>({ label, value, options, onChange, disabled }: SelectProps<Value>) {
  const id = useId();
  return (
    <div class="select">
      <label for={id}>{label}</label>
      <div class="select-box">
        <select
          id={id}
          value={value}
          disabled={disabled ?? false}
          onChange={(event) => onChange(event.currentTarget.value as Value)}
        >
          {options.map((option) => (
            <option key={option.value} value={option.value} selected={option.value === value}>
              {option.label}
            </option>
          ))}
        </select>
        <Icon name="chevron-down" />
      </div>
    </div>
  );
}
