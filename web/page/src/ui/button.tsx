import type { ButtonHTMLAttributes, ComponentChildren, Ref } from "preact";
import { Icon, type IconName } from "./icon.js";
import { Spinner } from "./spinner.js";
import "./button.css";

export type ButtonKind = "primary" | "secondary" | "soft" | "quiet" | "danger" | "good";

type Native = Omit<ButtonHTMLAttributes<HTMLButtonElement>, "size" | "icon" | "ref" | "label">;

interface ButtonProps extends Native {
  kind?: ButtonKind | undefined;
  icon?: IconName | undefined;
  /** Shows that it works, and takes no second press. */
  busy?: boolean | undefined;
  wide?: boolean | undefined;
  small?: boolean | undefined;
  children?: ComponentChildren;
  buttonRef?: Ref<HTMLButtonElement> | undefined;
}

/** A button with words. It never submits a form unless `type="submit"`. */
export function Button(props: ButtonProps) {
  const { kind = "secondary", icon, busy = false, wide, small, children, buttonRef, onClick, ...rest } = props;
  const classes = ["button", kind, wide && "wide", small && "small", rest.class].filter(Boolean).join(" ");
  return (
    <button
      type="button"
      {...rest}
      ref={buttonRef ?? null}
      class={classes}
      aria-disabled={busy || undefined}
      aria-busy={busy || undefined}
      onClick={busy ? (event) => event.preventDefault() : onClick}
    >
      {busy ? <Spinner size={18} /> : icon && <Icon name={icon} />}
      <span>{children}</span>
    </button>
  );
}

interface IconButtonProps extends Native {
  icon: IconName;
  /** Its accessible name, shown as a tooltip too. */
  label: string;
  kind?: ButtonKind | undefined;
  pressed?: boolean | undefined;
  iconSize?: number | undefined;
  buttonRef?: Ref<HTMLButtonElement> | undefined;
}

/** A round button with an icon; `pressed` makes it a toggle. */
export function IconButton(props: IconButtonProps) {
  const { icon, label, kind = "quiet", pressed, iconSize = 22, buttonRef, ...rest } = props;
  return (
    <button
      type="button"
      {...rest}
      ref={buttonRef ?? null}
      class={["icon-button", kind, rest.class].filter(Boolean).join(" ")}
      aria-label={label}
      aria-pressed={pressed}
      title={label}
    >
      <Icon name={icon} size={iconSize} />
    </button>
  );
}
