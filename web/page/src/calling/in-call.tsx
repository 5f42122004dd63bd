import type { Call } from "@talktime/client";
import { useEffect, useRef, useState } from "preact/hooks";
import { late } from "../late.js";
import { t } from "../texts/index.js";
import { announce } from "../ui/announce.js";
import { CallScreen } from "./call-screen.js";
import { CallSigns, CallStatus } from "./call-signs.js";
import { Controls } from "./controls.js";
import { useLeaveGuard } from "./leave-guard.js";
import { LowFunds } from "./low-funds.js";
import { MediaNotice } from "./media-notice.js";
import { nameOf } from "./messages.js";
import { QualityMark } from "./quality.js";
import { RemoteView } from "./remote-view.js";
import { SelfView } from "./self-view.js";
import { type Shortcut, shortcutOf } from "./shortcuts.js";
import { hangUp } from "./shown-call.js";
import { TalkTime } from "./talk-time.js";
import { canShareScreen, type Toggles, useToggles } from "./toggles.js";
import { useChanges } from "./use-changes.js";
import { useView, type View } from "./view.js";
import { useWakeLock } from "./wake-lock.js";
import "./in-call.css";

const DevicePanel = late(async () => (await import("./device-panel.js")).DevicePanel, "part");

/** From the accept to the end: the other side, oneself, the time and its price, and what one can do. */
export function InCall({ call }: { call: Call }) {
  const texts = t().calling;
  const name = nameOf(call);
  const media = call.localMedia;
  const screen = useRef<HTMLElement>(null);
  const video = useRef<HTMLVideoElement>(null);
  const view = useView(screen, video);
  const toggles = useToggles(media);
  const [devicesOpen, setDevicesOpen] = useState(false);
  useChanges(call);
  useWakeLock();
  useLeaveGuard();
  useShortcuts(toggles, view);
  useConnectedTold(call);
  return (
    <CallScreen label={texts.callWith(name)} class="in-call" screenRef={screen}>
      <RemoteView call={call} videoRef={video} />
      <header class="call-head">
        <div class="call-who">
          <h2>{name}</h2>
          <QualityMark quality={call.quality} />
        </div>
        <TalkTime call={call} />
      </header>
      <div class="call-stage">
        <CallStatus call={call} />
        <CallSigns call={call} media={media} />
        <SelfView media={media} />
      </div>
      <div class="call-notices">
        <MediaNotice problem={toggles.problem.value} onRetry={() => void toggles.retry()} />
        <LowFunds call={call} />
        {devicesOpen && <DevicePanel media={media} toggles={toggles} onClose={() => setDevicesOpen(false)} />}
      </div>
      <Controls
        media={media}
        toggles={toggles}
        view={view}
        devicesOpen={devicesOpen}
        onDevices={() => setDevicesOpen(!devicesOpen)}
        onHangUp={() => hangUp(call)}
      />
    </CallScreen>
  );
}

/** The eye sees the picture come; the ear is told. */
function useConnectedTold(call: Call): void {
  const connected = call.state === "active";
  useEffect(() => {
    if (connected) announce(t().calling.connected);
  }, [connected]);
}

function useShortcuts(toggles: Toggles, view: View): void {
  useEffect(() => {
    const actions: Record<Shortcut, () => void> = {
      microphone: () => void toggles.microphone(),
      camera: () => void toggles.camera(),
      screen: () => canShareScreen() && void toggles.screen(),
      fullScreen: () => view.canFullScreen && view.toggleFullScreen(),
    };
    const act = (event: KeyboardEvent) => {
      const shortcut = shortcutOf(event, document.querySelector("dialog[open]") ?? document.activeElement);
      if (shortcut) actions[shortcut]();
    };
    document.addEventListener("keydown", act);
    return () => document.removeEventListener("keydown", act);
  });
}
