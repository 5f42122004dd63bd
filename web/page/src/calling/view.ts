import type { RefObject } from "preact";
import { useEffect, useState } from "preact/hooks";

/** How the call is shown, as far as the browser can. */
export interface View {
  canFullScreen: boolean;
  fullScreen: boolean;
  toggleFullScreen: () => void;
  canPictureInPicture: boolean;
  pictureInPicture: boolean;
  togglePictureInPicture: () => void;
}

export function useView(screen: RefObject<HTMLElement | null>, video: RefObject<HTMLVideoElement | null>): View {
  const [fullScreen, setFullScreen] = useState(false);
  const [pictureInPicture, setPictureInPicture] = useState(false);

  useEffect(() => {
    const picture = video.current;
    const look = () => setFullScreen(document.fullscreenElement !== null);
    const enter = () => setPictureInPicture(true);
    const leave = () => setPictureInPicture(false);
    document.addEventListener("fullscreenchange", look);
    picture?.addEventListener("enterpictureinpicture", enter);
    picture?.addEventListener("leavepictureinpicture", leave);
    return () => {
      document.removeEventListener("fullscreenchange", look);
      picture?.removeEventListener("enterpictureinpicture", enter);
      picture?.removeEventListener("leavepictureinpicture", leave);
      if (document.fullscreenElement) void document.exitFullscreen().catch(() => {});
      if (document.pictureInPictureElement) void document.exitPictureInPicture().catch(() => {});
    };
  }, []);

  return {
    canFullScreen: document.fullscreenEnabled === true,
    fullScreen,
    // Browsers may refuse both whenever they like; then the call is shown as before. What is so now, the document
    // knows before the screen is rendered again.
    toggleFullScreen: () =>
      void (document.fullscreenElement ? document.exitFullscreen() : screen.current?.requestFullscreen())?.catch(
        () => {},
      ),
    canPictureInPicture: document.pictureInPictureEnabled === true,
    pictureInPicture,
    togglePictureInPicture: () =>
      void (
        document.pictureInPictureElement
          ? document.exitPictureInPicture()
          : video.current?.requestPictureInPicture()
      )?.catch(() => {}),
  };
}
