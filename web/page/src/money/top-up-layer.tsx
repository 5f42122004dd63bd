import { late } from "../late.js";
import { t } from "../texts/index.js";
import { Dialog } from "../ui/dialog.js";
import { closeTopUp, topUpWish } from "./open-top-up.js";

const TopUp = late(async () => (await import("./top-up.js")).TopUp, "part");

/** The top-up dialog, above any screen and any call. */
export function TopUpLayer() {
  const wish = topUpWish.value;
  return (
    wish && (
      <Dialog title={t().money.topUp} onClose={closeTopUp}>
        <TopUp wish={wish} />
      </Dialog>
    )
  );
}
