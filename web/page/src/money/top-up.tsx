import { t } from "../texts/index.js";
import { Dialog } from "../ui/dialog.js";
import { type TopUpWish, topUpWish } from "./open-top-up.js";

export default function TopUp(_props: { wish: TopUpWish }) {
  return (
    <Dialog title={t().money.topUp} onClose={() => (topUpWish.value = null)}>
      {null}
    </Dialog>
  );
}
