import type { Call } from "@talktime/client";
import { t } from "../texts/index.js";
import { Avatar } from "../ui/avatar.js";
import { Button } from "../ui/button.js";
import { CallScreen } from "./call-screen.js";
import { ToggleCamera, ToggleMicrophone } from "./controls.js";
import { MediaNotice } from "./media-notice.js";
import { nameOf } from "./messages.js";
import { hangUp } from "./shown-call.js";
import { useToggles } from "./toggles.js";
import { useChanges } from "./use-changes.js";
import { isMirrored, Video } from "./video.js";
import "./outgoing.css";
import "./rings.css";

/** While the other one's devices ring. */
export function Outgoing({ call }: { call: Call }) {
  const texts = t().calling;
  const name = nameOf(call);
  const media = call.localMedia;
  const toggles = useToggles(media);
  useChanges(call);
  return (
    <CallScreen label={texts.callingName(name)} class="outgoing">
      <Video
        stream={media?.stream ?? null}
        label={texts.you}
        muted
        hidden={!media?.videoOn}
        mirrored={media !== null && isMirrored(media.stream, false)}
        class="backdrop"
      />
      <div class="outgoing-person">
        <span class="rings">
          <Avatar name={name} size="large" />
        </span>
        <h2>{name}</h2>
        <p role="status">{call.state === "ringing" ? texts.ringing : texts.calling}</p>
      </div>
      <div class="outgoing-notice">
        <MediaNotice problem={toggles.problem.value} onRetry={() => void toggles.retry()} />
      </div>
      <div class="outgoing-controls">
        <ToggleMicrophone media={media} toggles={toggles} />
        <Button kind="danger" icon="hang-up" onClick={() => hangUp(call)}>
          {texts.cancelCall}
        </Button>
        <ToggleCamera media={media} toggles={toggles} />
      </div>
      <p class="outgoing-hint">{texts.onlyConnectedCosts}</p>
    </CallScreen>
  );
}
