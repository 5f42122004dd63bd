import type { ComponentChildren } from "preact";
import { Icon, type IconName } from "./icon.js";
import "./empty-state.css";

/** Why there is nothing here yet, and what to do about it. */
export function EmptyState(props: { icon: IconName; title: string; children?: ComponentChildren }) {
  return (
    <div class="empty-state">
      <span class="empty-state-icon">
        <Icon name={props.icon} size={28} />
      </span>
      <p class="empty-state-title">{props.title}</p>
      {props.children && <div class="muted">{props.children}</div>}
    </div>
  );
}
