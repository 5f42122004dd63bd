import type { CallRecord } from "@talktime/client/operators";
import { ActDialog } from "./act-dialog.js";
import { operators } from "./operators.js";
import { o } from "./words.js";

/** End a call of others. */
export function EndDialog(props: { call: CallRecord; onDone: () => void; onClose: () => void }) {
  const { call, onDone, onClose } = props;
  const texts = o().acts.end;
  return (
    <ActDialog
      title={texts.title}
      hint={texts.hint}
      submit={texts.name}
      danger
      act={(reason) => operators.api.endCall(call.id, reason)}
      done={texts.done}
      onDone={onDone}
      onClose={onClose}
    />
  );
}
