import { type ComponentChildren, Fragment } from "preact";
import { useEffect, useId, useRef, useState } from "preact/hooks";
import { Icon, type IconName } from "./icon.js";
import "./menu.css";

export interface MenuItem {
  label: string;
  /** What is read out before the label, where that alone does not say what it does. */
  prefix?: string | undefined;
  icon?: IconName | undefined;
  before?: ComponentChildren;
  onSelect: () => void;
}

interface MenuProps {
  /** The button's accessible name. */
  label: string;
  button: ComponentChildren;
  /** What stands above the items. */
  head?: ComponentChildren;
  groups: readonly (readonly MenuItem[])[];
}

/** A button that opens a list of commands: arrow keys, Home, End and Escape work as the ARIA practices say. */
export function Menu({ label, button, head, groups }: MenuProps) {
  const [open, setOpen] = useState(false);
  const root = useRef<HTMLDivElement>(null);
  const opener = useRef<HTMLButtonElement>(null);
  const id = useId();
  const items = () => [...(root.current?.querySelectorAll<HTMLElement>("[role=menuitem]") ?? [])];

  useEffect(() => {
    if (!open) return;
    items()[0]?.focus();
    const leave = (event: Event) => {
      if (event.target instanceof Node && !root.current?.contains(event.target)) setOpen(false);
    };
    addEventListener("pointerdown", leave);
    addEventListener("focusin", leave);
    return () => {
      removeEventListener("pointerdown", leave);
      removeEventListener("focusin", leave);
    };
  }, [open]);

  const close = () => {
    setOpen(false);
    opener.current?.focus();
  };
  const move = (event: KeyboardEvent) => {
    const all = items();
    const at = all.indexOf(document.activeElement as HTMLElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 }[event.key];
    if (event.key === "Escape") close();
    else if (to !== undefined) all.at(to % all.length)?.focus();
    else return;
    event.preventDefault();
  };

  return (
    <div class="menu" ref={root}>
      <button
        ref={opener}
        type="button"
        class="menu-button"
        aria-label={label}
        aria-haspopup="menu"
        aria-expanded={open}
        aria-controls={open ? id : undefined}
        onClick={() => setOpen(!open)}
      >
        {button}
      </button>
      {open && (
        <div class="menu-list">
          {head}
          <div id={id} role="menu" aria-label={label} tabIndex={-1} onKeyDown={move}>
            {groups.map((group, index) => (
              <Fragment key={group[0]?.label ?? index}>
                {index > 0 && <hr />}
                {group.map((item) => (
                  <button
                    key={item.label}
                    type="button"
                    role="menuitem"
                    tabIndex={-1}
                    onClick={() => {
                      close();
                      item.onSelect();
                    }}
                  >
                    {item.before ?? (item.icon && <Icon name={item.icon} />)}
                    <span>
                      {item.prefix && <span class="visually-hidden">{item.prefix} </span>}
                      {item.label}
                    </span>
                  </button>
                ))}
              </Fragment>
            ))}
          </div>
        </div>
      )}
    </div>
  );
}
