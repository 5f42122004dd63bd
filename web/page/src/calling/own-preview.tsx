import { t } from "../texts/index.js";
import { Switch } from "../ui/switch.js";
import { DeviceFields } from "./device-fields.js";
import { LevelMeter } from "./level-meter.js";
import type { OwnMedia } from "./own-media.js";
import { OwnPicture } from "./own-picture.js";
import "./own-preview.css";

/** How one looks and sounds before one is seen and heard, and by which devices. */
export function OwnPreview({ own }: { own: OwnMedia }) {
  return (
    <div class="own-preview">
      <div class="own-preview-side">
        <OwnPicture own={own} label={t().calling.yourCamera} />
        <OwnSwitches own={own} />
        <LevelMeter stream={own.media.value?.stream ?? null} />
      </div>
      <DeviceFields media={own.media.value} onUse={(kind, id) => void own.use(kind, id)} />
    </div>
  );
}

/** What is wanted of camera and microphone. */
function OwnSwitches({ own }: { own: OwnMedia }) {
  const texts = t().calling;
  return (
    <div class="own-switches">
      <Switch
        label={texts.cameraOn}
        checked={own.wish.value.camera}
        onChange={(on) => void own.turn("camera", on)}
      />
      <Switch
        label={texts.microphoneOn}
        checked={own.wish.value.microphone}
        onChange={(on) => void own.turn("microphone", on)}
      />
    </div>
  );
}
