import { type Call, TalktimeError } from "@talktime/client";
import { useState } from "preact/hooks";
import { t } from "../texts/index.js";
import { Avatar } from "../ui/avatar.js";
import { Button } from "../ui/button.js";
import { Dialog } from "../ui/dialog.js";
import { toast } from "../ui/toast.js";
import { MediaNotice } from "./media-notice.js";
import { nameOf } from "./messages.js";
import { useNotification } from "./notification.js";
import type { OwnMedia } from "./own-media.js";
import { OwnPreview } from "./own-preview.js";
import { hangUp } from "./shown-call.js";
import { useOwnMedia } from "./use-own-media.js";
import "./incoming.css";
import "./rings.css";

/** Somebody calls. Nobody turns another one's camera on by that: it opens when it is asked for, here or by the accept. */
export function Incoming({ call }: { call: Call }) {
  const texts = t().calling;
  const name = nameOf(call);
  const own = useOwnMedia({ atOnce: false });
  const [looking, setLooking] = useState(false);
  const busy = own.opening.value;
  useNotification(texts.isCalling(name), call.id);
  const look = (on: boolean) => {
    setLooking(on);
    if (!on) own.reset();
    else if (!own.media.peek()) void own.open();
  };
  return (
    <Dialog
      title={texts.isCalling(name)}
      role="alertdialog"
      class={looking ? "incoming looking" : "incoming"}
      dismissible={false}
      onClose={() => {}}
    >
      <div class="incoming-person">
        <span class="rings">
          <Avatar name={name} size="large" />
        </span>
      </div>
      {looking && <OwnPreview own={own} />}
      <MediaNotice
        problem={own.problem.value}
        busy={busy}
        onRetry={() => {
          setLooking(true);
          void own.retry();
        }}
      />
      <div class="incoming-answers">
        <Button kind="danger" icon="hang-up" onClick={() => hangUp(call)}>
          {texts.decline}
        </Button>
        <Button kind="good" icon="camera" busy={busy} onClick={() => void accept(call, own, true)}>
          {texts.accept}
        </Button>
        {!looking && (
          <Button icon="camera-off" busy={busy} onClick={() => void accept(call, own, false)}>
            {texts.acceptWithoutCamera}
          </Button>
        )}
        <Button kind="quiet" onClick={() => look(!looking)}>
          {looking ? texts.lookNoMore : texts.lookFirst}
        </Button>
      </div>
    </Dialog>
  );
}

async function accept(call: Call, own: OwnMedia, camera: boolean): Promise<void> {
  const media = await own.takeFor({ camera });
  if (!media) return;
  try {
    await call.accept(media);
  } catch (error) {
    if (!(error instanceof TalktimeError)) throw error;
    toast(t().calling.localEnds.not_connected(nameOf(call)), "danger");
  }
}
