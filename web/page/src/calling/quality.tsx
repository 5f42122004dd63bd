import type { Quality } from "@talktime/client";
import { t } from "../texts/index.js";
import "./quality.css";

const BARS: Record<Quality, number> = { good: 3, fair: 2, poor: 1, lost: 0 };
const HEIGHTS = [5, 9, 13];

/** How good the connection is, as bars. */
export function QualityMark({ quality }: { quality: Quality | null }) {
  if (!quality) return null;
  const label = t().calling.quality[quality];
  return (
    <span class={`quality quality-${quality}`} role="img" aria-label={label} title={label}>
      <svg width="20" height="16" viewBox="0 0 20 16" aria-hidden="true" focusable="false">
        {HEIGHTS.map((height, index) => (
          <rect
            key={height}
            x={1 + index * 7}
            y={15 - height}
            width="4"
            height={height}
            rx="1.5"
            opacity={index < BARS[quality] ? 1 : 0.3}
          />
        ))}
        {quality === "lost" && (
          <path d="M2 2l16 12" stroke="currentColor" stroke-width="2" stroke-linecap="round" />
        )}
      </svg>
    </span>
  );
}
