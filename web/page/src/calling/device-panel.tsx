import type { LocalMedia } from "@talktime/client";
import { useEffect, useRef } from "preact/hooks";
import { t } from "../texts/index.js";
import { DeviceFields } from "./device-fields.js";
import type { Toggles } from "./toggles.js";
import "./device-panel.css";

interface DevicePanelProps {
  media: LocalMedia | null;
  toggles: Toggles;
  onClose: () => void;
}

/** Other devices, while the call goes on. It takes its own room, and covers neither picture nor warning. */
export function DevicePanel({ media, toggles, onClose }: DevicePanelProps) {
  const texts = t().calling;
  const panel = useRef<HTMLFieldSetElement>(null);
  useEffect(() => {
    const before = document.activeElement;
    panel.current?.focus();
    const leave = (event: KeyboardEvent) => {
      if (event.key === "Escape" && !document.querySelector("dialog[open]")) onClose();
    };
    document.addEventListener("keydown", leave);
    return () => {
      document.removeEventListener("keydown", leave);
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
  return (
    <fieldset ref={panel} class="device-panel" tabIndex={-1} aria-label={texts.devices}>
      <DeviceFields media={media} onUse={(kind, id) => void toggles.use(kind, id)} />
    </fieldset>
  );
}
