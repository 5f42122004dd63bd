import type { LocalMedia } from "@talktime/client";
import { t } from "../texts/index.js";
import { Control } from "./control.js";
import { canShareScreen, type Toggles } from "./toggles.js";
import { useChanges } from "./use-changes.js";
import type { View } from "./view.js";
import "./controls.css";

interface ToggleProps {
  media: LocalMedia | null;
  toggles: Toggles;
}

export function ToggleMicrophone({ media, toggles }: ToggleProps) {
  useChanges(media);
  const off = !media?.audioOn;
  return (
    <Control
      icon={off ? "microphone-off" : "microphone"}
      label={t().calling.mute}
      pressed={off}
      shortcut="m"
      onPress={() => void toggles.microphone()}
    />
  );
}

export function ToggleCamera({ media, toggles }: ToggleProps) {
  useChanges(media);
  const off = !media?.videoOn;
  return (
    <Control
      icon={off ? "camera-off" : "camera"}
      label={t().calling.cameraOff}
      pressed={off}
      shortcut="v"
      onPress={() => void toggles.camera()}
    />
  );
}

interface ControlsProps extends ToggleProps {
  view: View;
  devicesOpen: boolean;
  onDevices: () => void;
  onHangUp: () => void;
}

/** Everything one can do in a call. */
export function Controls({ media, toggles, view, devicesOpen, onDevices, onHangUp }: ControlsProps) {
  useChanges(media);
  const texts = t().calling;
  return (
    <div class="controls" role="toolbar" aria-label={texts.controls}>
      <ToggleMicrophone media={media} toggles={toggles} />
      <ToggleCamera media={media} toggles={toggles} />
      {canShareScreen() && (
        <Control
          icon={media?.screenOn ? "screen-off" : "screen"}
          label={texts.shareScreen}
          pressed={media?.screenOn ?? false}
          shortcut="s"
          onPress={() => void toggles.screen()}
        />
      )}
      <Control icon="device-settings" label={texts.devices} expanded={devicesOpen} onPress={onDevices} />
      {view.canFullScreen && (
        <Control
          icon={view.fullScreen ? "leave-full-screen" : "full-screen"}
          label={texts.fullScreen}
          pressed={view.fullScreen}
          shortcut="f"
          onPress={view.toggleFullScreen}
        />
      )}
      {view.canPictureInPicture && (
        <Control
          icon="picture-in-picture"
          label={texts.pictureInPicture}
          pressed={view.pictureInPicture}
          onPress={view.togglePictureInPicture}
        />
      )}
      <Control icon="hang-up" label={texts.hangUp} danger onPress={onHangUp} />
    </div>
  );
}
