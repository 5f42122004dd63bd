import type { LocalMedia } from "@talktime/client";
import { useRef, useState } from "preact/hooks";
import { account } from "../talktime.js";
import { t } from "../texts/index.js";
import { Avatar } from "../ui/avatar.js";
import { Icon } from "../ui/icon.js";
import { type Corner, cornerByKey, nearestCorner, nextCorner } from "./corner.js";
import { useDrag } from "./drag.js";
import { useChanges } from "./use-changes.js";
import { isMirrored, Video } from "./video.js";
import "./self-view.css";

/** One's own picture in a corner: it can be dragged into another one, or moved by a press or arrow keys. */
export function SelfView({ media }: { media: LocalMedia | null }) {
  const texts = t().calling;
  const [corner, setCorner] = useState<Corner>("bottom-end");
  const tile = useRef<HTMLDivElement>(null);
  const move = (to: Corner) => {
    const from = tile.current?.getBoundingClientRect();
    setCorner(to);
    if (from) requestAnimationFrame(() => glide(tile.current, from));
  };
  const drag = useDrag(tile, (dropped) => {
    const around = tile.current?.parentElement?.getBoundingClientRect();
    if (around) move(nearestCorner(dropped, around));
  });
  useChanges(media);
  const seen = media !== null && (media.videoOn || media.screenOn);
  return (
    <div ref={tile} class="self-view" data-corner={corner}>
      <Video
        stream={media?.stream ?? null}
        label={texts.you}
        muted
        hidden={!seen}
        mirrored={media !== null && isMirrored(media.stream, media.screenOn)}
        class={media?.screenOn ? "self-screen" : ""}
      />
      {!seen && <Avatar name={account.value?.user_name ?? ""} />}
      {!media?.audioOn && (
        <span class="self-muted">
          <Icon name="microphone-off" size={16} />
        </span>
      )}
      <button
        type="button"
        class="self-move"
        aria-label={texts.moveSelf}
        title={texts.moveSelf}
        onClick={() => drag.wasPress() && move(nextCorner(corner))}
        onKeyDown={(event) => {
          const to = cornerByKey(corner, event.key);
          if (!to) return;
          event.preventDefault();
          move(to);
        }}
        {...drag.handlers}
      />
    </div>
  );
}

/** Let it be seen where it went. */
function glide(tile: HTMLElement | null, from: DOMRect): void {
  if (!tile || matchMedia("(prefers-reduced-motion: reduce)").matches) return;
  const to = tile.getBoundingClientRect();
  tile.animate([{ translate: `${from.left - to.left}px ${from.top - to.top}px` }, { translate: "0 0" }], {
    duration: 240,
    easing: "ease-out",
  });
}
