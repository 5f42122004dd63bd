import { micLevel } from "@talktime/client";
import { useEffect, useRef } from "preact/hooks";
import { t } from "../texts/index.js";
import "./level-meter.css";

/** Often enough to follow speech, and no work for a tab that nobody sees. */
const READ_EVERY_MS = 80;

/** How loud one is. It is drawn past the components: it changes too often for them. */
export function LevelMeter({ stream }: { stream: MediaStream | null }) {
  const meter = useRef<HTMLMeterElement>(null);
  useEffect(() => {
    const element = meter.current;
    if (!stream || !element) return;
    const level = micLevel(stream);
    const timer = setInterval(() => {
      element.value = level.value();
    }, READ_EVERY_MS);
    return () => {
      clearInterval(timer);
      level.close();
      element.value = 0;
    };
  }, [stream]);
  return (
    <meter ref={meter} class="level-meter" aria-label={t().calling.microphoneLevel} min={0} max={1} value={0} />
  );
}
