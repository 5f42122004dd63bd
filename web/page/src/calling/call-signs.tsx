import type { Call, LocalMedia } from "@talktime/client";
import { connectionState } from "../talktime.js";
import { t } from "../texts/index.js";
import { Icon } from "../ui/icon.js";
import { Spinner } from "../ui/spinner.js";
import { statusOf, statusText } from "./call-status.js";
import { nameOf } from "./messages.js";
import { useChanges } from "./use-changes.js";
import "./call-signs.css";

/** What is waited for, in the middle; said once, not every time that something moves. */
export function CallStatus({ call }: { call: Call }) {
  useChanges(call);
  const status = statusOf(call, connectionState.value, navigator.onLine);
  return (
    <div class="call-status" role="status">
      {status && (
        <p class="call-sign">
          <Spinner size={18} />
          {statusText(status, nameOf(call))}
        </p>
      )}
    </div>
  );
}

/** What is not as usual, out of the way of the picture. */
export function CallSigns({ call, media }: { call: Call; media: LocalMedia | null }) {
  useChanges(call);
  useChanges(media);
  const texts = t().calling;
  return (
    <div class="call-signs">
      {call.remoteMuted.audio && (
        <p class="call-sign">
          <Icon name="microphone-off" size={18} />
          {texts.remoteMuted(nameOf(call))}
        </p>
      )}
      {media?.screenOn && (
        <p class="call-sign" role="status">
          <Icon name="screen" size={18} />
          {texts.sharing}
        </p>
      )}
    </div>
  );
}
