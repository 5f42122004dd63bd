import { canSetSpeaker, type Device, type LocalMedia, type MediaKind, watchDevices } from "@talktime/client";
import { useEffect, useState } from "preact/hooks";
import { prefer, preferences } from "../preferences.js";
import { t } from "../texts/index.js";
import { Select } from "../ui/select.js";
import { useChanges } from "./use-changes.js";
import "./device-fields.css";

interface DeviceFieldsProps {
  media: LocalMedia | null;
  onUse: (kind: MediaKind, deviceId: string) => void;
}

/** Camera, microphone and speaker to choose from; what is chosen is remembered for the next call. */
export function DeviceFields({ media, onUse }: DeviceFieldsProps) {
  const texts = t().calling;
  const devices = useDevices();
  useChanges(media);
  const chosen = preferences.value;
  return (
    <div class="device-fields">
      <DeviceField
        label={texts.camera}
        devices={devices.filter(({ kind }) => kind === "video")}
        value={media?.videoDeviceId ?? chosen.camera}
        onChange={(camera) => {
          prefer({ camera });
          onUse("video", camera);
        }}
      />
      <DeviceField
        label={texts.microphone}
        devices={devices.filter(({ kind }) => kind === "audio")}
        value={media?.audioDeviceId ?? chosen.microphone}
        onChange={(microphone) => {
          prefer({ microphone });
          onUse("audio", microphone);
        }}
      />
      {canSetSpeaker() && (
        <DeviceField
          label={texts.speaker}
          devices={devices.filter(({ kind }) => kind === "speaker")}
          value={chosen.speaker}
          onChange={(speaker) => prefer({ speaker })}
        />
      )}
    </div>
  );
}

interface DeviceFieldProps {
  label: string;
  devices: readonly Device[];
  value: string | null;
  onChange: (id: string) => void;
}

function DeviceField({ label, devices, value, onChange }: DeviceFieldProps) {
  const texts = t().calling;
  const options = devices.map((device, index) => ({
    value: device.id,
    label: device.label || texts.deviceNumber(label, index + 1),
  }));
  const known = options.some((option) => option.value === value);
  // Nothing chosen, or something that is not plugged in now: what the system takes, which comes first.
  const shown = known && value !== null ? value : (options[0]?.value ?? "");
  return (
    <Select
      label={label}
      value={shown}
      options={options.length ? options : [{ value: "", label: texts.noDevice }]}
      disabled={!options.length}
      onChange={onChange}
    />
  );
}

function useDevices(): readonly Device[] {
  const [devices, setDevices] = useState<readonly Device[]>([]);
  useEffect(() => watchDevices(setDevices), []);
  return devices;
}
