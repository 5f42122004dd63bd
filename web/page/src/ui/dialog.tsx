import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";
import { t } from "../texts/index.js";
import { IconButton } from "./button.js";
import "./dialog.css";

interface DialogProps {
  title: string;
  /** Escape, the close button and, where it can be dismissed, a press beside it. */
  onClose: () => void;
  children: ComponentChildren;
  role?: "dialog" | "alertdialog" | undefined;
  /** False where leaving must be a decision: no close button, and Escape does nothing. */
  dismissible?: boolean | undefined;
  /** False where a button of its own says the same. */
  closeButton?: boolean | undefined;
  hideTitle?: boolean | undefined;
  class?: string | undefined;
}

/** The browser's own modal dialog: it keeps the focus and gives it back to where it was. */
export function Dialog(props: DialogProps) {
  const {
    title,
    onClose,
    children,
    role = "dialog",
    dismissible = true,
    closeButton = true,
    hideTitle = false,
  } = props;
  const dialog = useRef<HTMLDialogElement>(null);
  const heading = useRef<HTMLHeadingElement>(null);
  const id = useId();

  const open = (element: HTMLDialogElement) => {
    element.showModal();
    if (!element.querySelector("[autofocus]")) heading.current?.focus();
  };

  useEffect(() => {
    const element = dialog.current;
    const before = document.activeElement;
    if (!element) return;
    open(element);
    return () => {
      element.close();
      // What it was opened by may be gone, and below a dialog that is still open nothing takes the focus.
      const open = [...document.querySelectorAll("dialog[open]")].at(-1);
      const back =
        before instanceof HTMLElement && before.isConnected
          ? before
          : (open ?? document).querySelector<HTMLElement>("h1, h2");
      back?.focus();
    };
  }, []);

  return (
    <dialog
      ref={dialog}
      class={["dialog", props.class].filter(Boolean).join(" ")}
      role={role}
      aria-labelledby={id}
      onCancel={(event) => {
        event.preventDefault();
        if (dismissible) onClose();
      }}
      onClose={() => {
        // Browsers close it all the same when Escape is pressed again and again.
        if (!dialog.current?.isConnected) return;
        if (dismissible) onClose();
        else open(dialog.current);
      }}
      onMouseDown={(event) => {
        if (dismissible && event.target === dialog.current) onClose();
      }}
    >
      <div class="dialog-body">
        <header class="dialog-head">
          <h2 id={id} ref={heading} tabIndex={-1} class={hideTitle ? "visually-hidden" : ""}>
            {title}
          </h2>
          {dismissible && closeButton && <IconButton icon="close" label={t().ui.close} onClick={onClose} />}
        </header>
        {children}
      </div>
    </dialog>
  );
}
