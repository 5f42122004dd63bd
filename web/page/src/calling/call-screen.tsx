import type { ComponentChildren, RefObject } from "preact";
import { useEffect, useRef } from "preact/hooks";
import "./call-screen.css";

interface CallScreenProps {
  label: string;
  class: string;
  children: ComponentChildren;
  screenRef?: RefObject<HTMLElement | null> | undefined;
}

/** A call that fills the window. What lies below is hidden from eyes, keys and screen readers; dialogs open above it. */
export function CallScreen({ label, class: kind, children, screenRef }: CallScreenProps) {
  const own = useRef<HTMLElement>(null);
  const section = screenRef ?? own;
  useEffect(() => {
    // Not a button: a key that is still held down must neither hang up nor cancel.
    if (!document.querySelector("dialog[open]")) section.current?.focus();
  }, []);
  return (
    <section ref={section} class={`call dark ${kind}`} aria-label={label} tabIndex={-1}>
      {children}
    </section>
  );
}
