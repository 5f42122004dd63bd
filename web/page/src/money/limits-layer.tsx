import { late } from "../late.js";
import { t } from "../texts/index.js";
import { withWords } from "../texts/with-words.js";
import { Dialog } from "../ui/dialog.js";
import { closeLimits, limitsOpen } from "./open-limits.js";

const LimitsForm = late(() => withWords(async () => (await import("./limits-form.js")).LimitsForm), "part");

/** The dialog of one's own limits, above any screen and any call. */
export function LimitsLayer() {
  return (
    limitsOpen.value && (
      <Dialog title={t().calling.limits} onClose={closeLimits}>
        <LimitsForm onDone={closeLimits} />
      </Dialog>
    )
  );
}
