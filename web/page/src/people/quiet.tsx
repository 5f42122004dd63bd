import { useState } from "preact/hooks";
import { failureText } from "../failures.js";
import { talktime } from "../talktime.js";
import { c } from "../texts/contact.js";
import { Button } from "../ui/button.js";
import { Notice } from "../ui/notice.js";
import { toast } from "../ui/toast.js";

/** That nothing rings, so that nobody forgets it; and a way to end that. */
export function Quiet() {
  const [busy, setBusy] = useState(false);
  const end = () => {
    setBusy(true);
    talktime.api
      .updateMe({ do_not_disturb: false })
      .catch((error: unknown) => toast(failureText(error), "danger"))
      .finally(() => setBusy(false));
  };
  const action = (
    <Button small busy={busy} onClick={end}>
      {c().endQuiet}
    </Button>
  );
  return (
    <Notice kind="info" action={action}>
      {c().quiet}
    </Notice>
  );
}
