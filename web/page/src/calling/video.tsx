import type { Ref } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import "./video.css";

interface VideoProps {
  stream: MediaStream | null;
  label: string;
  /** One's own sound is not to be heard. */
  muted?: boolean | undefined;
  /** As in a looking-glass, which is how people know themselves. */
  mirrored?: boolean | undefined;
  hidden?: boolean | undefined;
  class?: string | undefined;
  onSize?: ((width: number, height: number) => void) | undefined;
  /** The browser plays nothing before somebody has touched the page. */
  onRefused?: (() => void) | undefined;
  videoRef?: Ref<HTMLVideoElement> | undefined;
}

/** A live picture, with its sound. */
export function Video(props: VideoProps) {
  const { stream, label, muted = false, mirrored = false, hidden = false, onSize, onRefused, videoRef } = props;
  const element = useRef<HTMLVideoElement | null>(null);
  useLayoutEffect(() => {
    const video = element.current;
    if (!video || video.srcObject === stream) return;
    video.srcObject = stream;
    if (stream)
      video.play().catch((error: unknown) => {
        if (error instanceof DOMException && error.name === "NotAllowedError") onRefused?.();
      });
  }, [stream]);
  return (
    <video
      ref={(video) => {
        element.current = video;
        if (typeof videoRef === "function") videoRef(video);
        else if (videoRef) videoRef.current = video;
      }}
      class={["video", mirrored && "mirrored", hidden && "out-of-sight", props.class].filter(Boolean).join(" ")}
      aria-label={label}
      autoplay
      playsInline
      muted={muted}
      disablePictureInPicture={muted}
      onResize={(event) => onSize?.(event.currentTarget.videoWidth, event.currentTarget.videoHeight)}
    />
  );
}

/** Whether a picture of oneself is to be mirrored: not the screen, nor what the camera at the back sees. */
export function isMirrored(stream: MediaStream, screenOn: boolean): boolean {
  return !screenOn && stream.getVideoTracks()[0]?.getSettings().facingMode !== "environment";
}
