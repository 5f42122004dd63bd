import type { EndReason } from "@talktime/client";
import { t } from "../texts/index.js";
import { o } from "./words.js";

/** Return how a call ended, as somebody sees it who was not in it; null: it goes on. */
export function outcomeText(reason: EndReason | null): string {
  if (!reason) return t().history.now;
  return reason === "blocked" ? o().calls.blockedOutcome : t().history.endings[reason].out;
}
