import type { ComponentChildren } from "preact";
import { Icon } from "./icon.js";
import "./notice.css";

interface NoticeProps {
  kind: "danger" | "warning" | "info";
  /** `alert` interrupts a screen reader, `status` waits, none is silent. */
  role?: "alert" | "status" | undefined;
  children: ComponentChildren;
  action?: ComponentChildren;
}

/** A message that stays where it belongs; it says what to do. */
export function Notice({ kind, role, children, action }: NoticeProps) {
  return (
    <div class={`notice notice-${kind}`} role={role}>
      <Icon name={kind === "info" ? "info" : "alert"} />
      <div class="notice-text">{children}</div>
      {action}
    </div>
  );
}
