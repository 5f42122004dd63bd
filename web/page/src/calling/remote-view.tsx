import { type Call, setSpeaker } from "@talktime/client";
import type { RefObject } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { preferences } from "../preferences.js";
import { t } from "../texts/index.js";
import { announce } from "../ui/announce.js";
import { Avatar } from "../ui/avatar.js";
import { Button } from "../ui/button.js";
import { fitOf } from "./fit.js";
import { nameOf } from "./messages.js";
import { useChanges } from "./use-changes.js";
import { Video } from "./video.js";
import "./remote-view.css";

/** The other side: its picture, or who it is where there is none. Its sound plays either way. */
export function RemoteView({ call, videoRef }: { call: Call; videoRef: RefObject<HTMLVideoElement | null> }) {
  const texts = t().calling;
  const name = nameOf(call);
  const [refused, setRefused] = useState(false);
  const [picture, setPicture] = useState({ width: 0, height: 0 });
  const fit = useFit(videoRef, picture, call.remoteScreenOn);
  useChanges(call);
  const { audio: muted, video: cameraOff } = call.remoteMuted;
  const dark = (cameraOff && !call.remoteScreenOn) || !picture.width;
  useSpeaker(videoRef);
  useToldOnce(cameraOff, texts.remoteCameraOff(name), texts.remoteCameraOn(name));
  useToldOnce(call.remoteScreenOn, texts.remoteScreen(name), texts.remoteScreenOver(name));
  useToldOnce(muted, texts.remoteMuted(name), texts.remoteUnmuted(name));
  return (
    <>
      <Video
        stream={call.remoteStream}
        label={name}
        class={`remote remote-${fit}`}
        hidden={dark}
        videoRef={videoRef}
        onSize={(width, height) => setPicture({ width, height })}
        onRefused={() => setRefused(true)}
      />
      {dark && (
        <div class="remote-person">
          <Avatar name={name} size="large" />
          <p class="remote-name">{name}</p>
          {cameraOff && <p>{texts.remoteCameraOff(name)}</p>}
        </div>
      )}
      {refused && (
        <Button
          kind="primary"
          icon="speaker"
          class="remote-play"
          onClick={() => void videoRef.current?.play().then(() => setRefused(false))}
        >
          {texts.playSound}
        </Button>
      )}
    </>
  );
}

/** Return how the picture goes into the window, now and when either changes. */
function useFit(
  video: RefObject<HTMLVideoElement | null>,
  picture: { width: number; height: number },
  screen: boolean,
) {
  const [fit, setFit] = useState<"cover" | "contain">("cover");
  useEffect(() => {
    const element = video.current;
    if (!element) return;
    const box = element.parentElement ?? element;
    const look = () => setFit(fitOf(picture, { width: box.clientWidth, height: box.clientHeight }));
    const observer = new ResizeObserver(look);
    observer.observe(box);
    return () => observer.disconnect();
  }, [picture]);
  // Of a screen every line counts.
  return screen ? "contain" : fit;
}

/** Play on the speaker that was chosen; on the system's where that one is gone. */
function useSpeaker(video: RefObject<HTMLVideoElement | null>): void {
  const { speaker } = preferences.value;
  useEffect(() => {
    if (video.current && speaker) setSpeaker(video.current, speaker).catch(() => {});
  }, [speaker]);
}

/** Tell a change, not the state that it began with. */
function useToldOnce(now: boolean, whenTrue: string, whenFalse: string): void {
  const told = useRef(now);
  useEffect(() => {
    if (told.current === now) return;
    told.current = now;
    announce(now ? whenTrue : whenFalse);
  }, [now]);
}
