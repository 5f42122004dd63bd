import { account } from "../talktime.js";
import { t } from "../texts/index.js";
import { Avatar } from "../ui/avatar.js";
import { Spinner } from "../ui/spinner.js";
import type { OwnMedia } from "./own-media.js";
import { useChanges } from "./use-changes.js";
import { isMirrored, Video } from "./video.js";
import "./own-picture.css";

/** How the other one will see oneself. */
export function OwnPicture({ own, label }: { own: OwnMedia; label: string }) {
  const texts = t().calling;
  const media = own.media.value;
  useChanges(media);
  const seen = media?.videoOn ?? false;
  return (
    <div class="own-picture dark">
      <Video
        stream={media?.stream ?? null}
        label={label}
        muted
        hidden={!seen}
        mirrored={media !== null && isMirrored(media.stream, media.screenOn)}
      />
      {!seen && (
        <div class="own-picture-off">
          {own.opening.value ? (
            <>
              <Spinner size={32} />
              <p>{texts.askingForDevices}</p>
            </>
          ) : (
            <>
              <Avatar name={account.value?.user_name ?? ""} size="large" />
              <p>{texts.cameraIsOff}</p>
            </>
          )}
        </div>
      )}
    </div>
  );
}
