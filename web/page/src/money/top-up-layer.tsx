import { ErrorBoundary, lazy } from "preact-iso";
import { topUpWish } from "./open-top-up.js";

const TopUp = lazy(() => import("./top-up.js"));

/** The top-up dialog, loaded when it is first wanted. */
export function TopUpLayer() {
  return <ErrorBoundary>{topUpWish.value && <TopUp wish={topUpWish.value} />}</ErrorBoundary>;
}
