import type { Call } from "@talktime/client";
import { useEffect, useRef } from "preact/hooks";
import { t } from "../texts/index.js";
import { Button } from "../ui/button.js";
import { Dialog } from "../ui/dialog.js";
import { toast } from "../ui/toast.js";
import { endText, nameOf } from "./messages.js";
import { dismiss, endedByOneself, hangUp } from "./shown-call.js";
import { useChanges } from "./use-changes.js";

/** The call's own screen has failed: the call goes on, and costs, until it is hung up here. */
export function BrokenCall({ call, onAgain }: { call: Call; onAgain: () => void }) {
  useChanges(call);
  const texts = t().calling;
  const name = nameOf(call);
  const { end } = call;
  const endedBefore = useRef(end !== null);
  useEffect(() => {
    // How it ended is another screen, which may do.
    if (end && !endedBefore.current) onAgain();
  }, [end]);
  return (
    <Dialog title={texts.callWith(name)} role="alertdialog" dismissible={false} onClose={() => {}}>
      <p role="alert">{end ? endText(end, call.role, name, endedByOneself(call)) : texts.brokenCall}</p>
      <div class="dialog-actions">
        {end ? (
          <Button onClick={() => dismiss(call)}>{t().ui.close}</Button>
        ) : (
          <>
            <Button onClick={onAgain}>{t().ui.tryAgain}</Button>
            <Button kind="danger" icon="hang-up" onClick={() => hangUp(call)}>
              {texts.hangUp}
            </Button>
          </>
        )}
      </div>
    </Dialog>
  );
}

/** What was to lead to a call has failed: there is none. */
export function BrokenPreview() {
  useEffect(() => {
    toast(t().frame.brokenScreen, "danger");
  }, []);
  return null;
}
