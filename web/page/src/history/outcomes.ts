import type { CallView, EndReason } from "@talktime/client";
import { t } from "../texts/index.js";

/** What the filter offers; together they are every reason. */
export const OUTCOMES = {
  talked: ["hung_up", "out_of_funds", "spend_limit", "max_duration", "blocked", "operator"],
  missed: ["missed", "busy", "unreachable"],
  declined: ["declined"],
  cancelled: ["cancelled"],
  failed: ["connect_failed", "lost", "shutdown", "billing_unavailable"],
} as const satisfies Record<string, readonly EndReason[]>;

export type Outcome = keyof typeof OUTCOMES;

export function isOutcome(text: string | undefined): text is Outcome {
  return text !== undefined && Object.hasOwn(OUTCOMES, text);
}

/** Return how a call ended as this party sees it. */
export function endingText(call: CallView): string {
  const texts = t().history;
  if (!call.reason) return texts.now;
  return texts.endings[call.reason][call.direction === "outgoing" ? "out" : "in"];
}

/** Return what a call cost its caller, less what went back of it; null until it is settled, and for the callee. */
export function paidIn({ charge_minor: charge, refunded_minor: refunded }: CallView): number | null {
  return charge === null ? null : charge - (refunded ?? 0);
}

/** Whether the person called in vain: worth a second look. */
export function wasMissed(call: CallView): boolean {
  return (
    call.direction === "incoming" && ["missed", "busy", "unreachable", "cancelled"].includes(call.reason ?? "")
  );
}
