import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { screenTitle } from "../title.js";
import "./screen.css";

let opened = 0;

interface ScreenProps {
  title: string;
  /** What is said beside the heading. */
  lead?: ComponentChildren;
  children: ComponentChildren;
}

/** A route's content. On coming here its heading takes the focus, so that a screen reader says where one is. */
export function Screen({ title, lead, children }: ScreenProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    screenTitle.value = title;
  }, [title]);
  useEffect(() => {
    opened += 1;
    // Not on the first one: the browser reads a fresh page from its top.
    if (opened > 1 && !document.querySelector("dialog[open]")) heading.current?.focus();
  }, []);
  return (
    <div class="screen">
      <header class="screen-head">
        <h1 ref={heading} tabIndex={-1}>
          {title}
        </h1>
        {lead}
      </header>
      {children}
    </div>
  );
}
