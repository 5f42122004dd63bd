import { signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { t } from "../texts/index.js";
import { announce } from "./announce.js";
import { IconButton } from "./button.js";
import { Icon } from "./icon.js";
import "./toast.css";

export type ToastKind = "good" | "danger" | "info";

interface Toast {
  id: number;
  kind: ToastKind;
  text: string;
}

const TOASTS_MAX = 3;
const SHOWN_MS = 7_000;
const ICONS = { good: "check", danger: "alert", info: "info" } as const;
const toasts = signal<readonly Toast[]>([]);
let last = 0;

/** Say something in passing: for what need not be answered. Errors stay until they are closed. */
export function toast(text: string, kind: ToastKind = "good"): void {
  last += 1;
  const id = last;
  toasts.value = [...toasts.value, { id, kind, text }].slice(-TOASTS_MAX);
  announce(text);
  if (kind !== "danger") setTimeout(() => close(id), SHOWN_MS);
}

function close(id: number): void {
  toasts.value = toasts.value.filter((each) => each.id !== id);
}

/** Where they appear; once in the page. A popover, so that they are above open dialogs. */
export function Toasts() {
  const list = useRef<HTMLElement>(null);
  const shown = toasts.value;
  useEffect(() => {
    const element = list.current;
    if (!element?.showPopover) return;
    if (element.matches(":popover-open")) element.hidePopover();
    if (shown.length) element.showPopover();
  }, [shown]);
  return (
    <section ref={list} class="toasts" popover="manual" aria-label={t().ui.messages}>
      {shown.map(({ id, kind, text }) => (
        <div key={id} class={`toast toast-${kind}`}>
          <Icon name={ICONS[kind]} />
          <p>{text}</p>
          <IconButton icon="close" label={t().ui.close} iconSize={18} onClick={() => close(id)} />
        </div>
      ))}
    </section>
  );
}
