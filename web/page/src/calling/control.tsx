import { Icon, type IconName } from "../ui/icon.js";
import "./control.css";

interface ControlProps {
  icon: IconName;
  label: string;
  onPress: () => void;
  /** Makes it a toggle. */
  pressed?: boolean | undefined;
  /** Makes it open something. */
  expanded?: boolean | undefined;
  /** The key that does the same. */
  shortcut?: string | undefined;
  disabled?: boolean | undefined;
  danger?: boolean | undefined;
}

/** A round button on the dark of a call. */
export function Control(props: ControlProps) {
  const { icon, label, onPress, pressed, expanded, shortcut, disabled = false, danger = false } = props;
  return (
    <button
      type="button"
      class={danger ? "control control-danger" : "control"}
      aria-label={label}
      aria-pressed={pressed}
      aria-expanded={expanded}
      aria-keyshortcuts={shortcut?.toUpperCase()}
      title={shortcut ? `${label} (${shortcut.toUpperCase()})` : label}
      disabled={disabled}
      onClick={onPress}
    >
      <Icon name={icon} size={24} />
    </button>
  );
}
