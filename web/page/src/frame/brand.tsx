import { t } from "../texts/index.js";
import "./brand.css";

/** The product's mark: a dial with a minute begun. */
export function Mark({ size = 30 }: { size?: number }) {
  return (
    <svg class="mark" width={size} height={size} viewBox="0 0 32 32" aria-hidden="true" focusable="false">
      <path d="M16 2a14 14 0 1 1-9.6 24.2L3 29l.6-6A14 14 0 0 1 16 2Z" fill="var(--accent)" />
      <path
        d="M16 7.5v8.5l6 3.5"
        fill="none"
        stroke="var(--on-accent)"
        stroke-width="3"
        stroke-linecap="round"
        stroke-linejoin="round"
      />
    </svg>
  );
}

export function Brand() {
  return (
    <a class="brand" href="/" aria-label={t().frame.home}>
      <Mark />
      <span class="brand-name">Talktime</span>
    </a>
  );
}
