import type { ComponentChildren, RefObject } from "preact";
import { useEffect, useRef } from "preact/hooks";
import "./call-screen.css";

interface CallScreenProps {
  label: string;
  class: string;
  children: ComponentChildren;
  screenRef?: RefObject<HTMLElement | null> | undefined;
}

/** A call that fills the window. What lies below cannot be reached; dialogs still open above it. */
export function CallScreen({ label, class: kind, children, screenRef }: CallScreenProps) {
  const own = useRef<HTMLElement>(null);
  const section = screenRef ?? own;
  useEffect(() => {
    const element = section.current;
    if (!element) return;
    const before = document.activeElement;
    const below = [...(element.parentElement?.children ?? [])].filter(
      (each): each is HTMLElement => each instanceof HTMLElement && each !== element && each.tagName !== "DIALOG",
    );
    for (const each of below) each.inert = true;
    // Not a button: a key that is still held down must neither hang up nor cancel.
    if (!document.querySelector("dialog[open]")) element.focus();
    return () => {
      for (const each of below) each.inert = false;
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
  return (
    <section ref={section} class={`call ${kind}`} aria-label={label} tabIndex={-1}>
      {children}
    </section>
  );
}
