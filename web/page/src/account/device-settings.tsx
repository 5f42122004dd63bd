import { useState } from "preact/hooks";
import { DeviceFields } from "../calling/device-fields.js";
import { LevelMeter } from "../calling/level-meter.js";
import { MediaNotice } from "../calling/media-notice.js";
import { OwnPicture } from "../calling/own-picture.js";
import { useOwnMedia } from "../calling/use-own-media.js";
import { m } from "../texts/own.js";
import { Button } from "../ui/button.js";

/** What calls begin with, and a look at it. The camera is on only while it is checked. */
export function DeviceSettings() {
  const [checking, setChecking] = useState(false);
  const texts = m().settings;
  return (
    <>
      <p class="muted">{texts.devicesHint}</p>
      {checking ? <Check /> : <DeviceFields media={null} onUse={() => {}} />}
      <Button icon={checking ? "camera-off" : "camera"} onClick={() => setChecking(!checking)}>
        {checking ? texts.stopCheck : texts.check}
      </Button>
    </>
  );
}

function Check() {
  const own = useOwnMedia();
  return (
    <div class="device-check">
      <MediaNotice problem={own.problem.value} onRetry={() => void own.retry()} busy={own.opening.value} />
      <OwnPicture own={own} label={m().settings.preview} />
      <LevelMeter stream={own.media.value?.stream ?? null} />
      <DeviceFields media={own.media.value} onUse={(kind, id) => void own.use(kind, id)} />
    </div>
  );
}
