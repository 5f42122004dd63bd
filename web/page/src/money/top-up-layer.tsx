import { topUpWish } from "./open-top-up.js";
import { TopUp } from "./top-up.js";

/** The top-up dialog, above any screen and any call. */
export function TopUpLayer() {
  return topUpWish.value && <TopUp wish={topUpWish.value} />;
}
