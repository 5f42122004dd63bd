import { type Call, TalktimeError } from "@talktime/client";
import { t } from "../texts/index.js";
import { Avatar } from "../ui/avatar.js";
import { Button } from "../ui/button.js";
import { Dialog } from "../ui/dialog.js";
import { toast } from "../ui/toast.js";
import { MediaNotice } from "./media-notice.js";
import { nameOf } from "./messages.js";
import { useNotification } from "./notification.js";
import type { OwnMedia } from "./own-media.js";
import { OwnPicture } from "./own-picture.js";
import { isAllowed } from "./permission.js";
import { OwnSwitches } from "./preview.js";
import { hangUp } from "./shown-call.js";
import { useOwnMedia } from "./use-own-media.js";
import "./incoming.css";
import "./rings.css";

/** Somebody calls. Camera and microphone open now where that was allowed before, else with the accept. */
export function Incoming({ call }: { call: Call }) {
  const texts = t().calling;
  const name = nameOf(call);
  const own = useOwnMedia(openIfAllowed);
  useNotification(texts.isCalling(name), call.id);
  return (
    <Dialog
      title={texts.isCalling(name)}
      role="alertdialog"
      class="incoming"
      dismissible={false}
      onClose={() => {}}
    >
      <div class="incoming-person">
        <span class="rings">
          <Avatar name={name} size="large" />
        </span>
      </div>
      <div class="incoming-own">
        <OwnPicture own={own} label={texts.yourCamera} />
        <OwnSwitches own={own} />
      </div>
      <MediaNotice problem={own.problem.value} busy={own.opening.value} onRetry={() => void own.retry()} />
      <div class="incoming-answers">
        <Button kind="danger" icon="hang-up" onClick={() => hangUp(call)}>
          {texts.decline}
        </Button>
        <Button kind="good" icon="camera" busy={own.opening.value} onClick={() => void accept(call, own)}>
          {texts.accept}
        </Button>
      </div>
    </Dialog>
  );
}

async function openIfAllowed(own: OwnMedia): Promise<void> {
  if ((await isAllowed("camera")) && (await isAllowed("microphone"))) await own.open();
}

/** Without a microphone there is something to read first; whoever presses again takes the call as it is. */
async function accept(call: Call, own: OwnMedia): Promise<void> {
  if (!own.media.peek()) {
    await own.open();
    const problem = own.problem.peek();
    if (problem && problem.concerned !== "camera") return;
  }
  const media = own.take();
  if (!media) return;
  try {
    await call.accept(media);
  } catch (error) {
    if (!(error instanceof TalktimeError)) throw error;
    toast(t().calling.localEnds.not_connected(nameOf(call)), "danger");
  }
}
