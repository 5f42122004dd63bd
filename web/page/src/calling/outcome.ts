/** What is worth saying when a call is over. */
import type { CallEnd, Charge, Role } from "@talktime/client";

export type Closing =
  /** A dialog: something to read, or to decide. */
  | "dialog"
  /** One did it oneself, and it cost nothing: a word in passing is enough. */
  | "cancelled"
  | "elsewhere"
  | "nothing";

/** Return how the end is told: nobody wants a dialog about what they have just done themselves. */
export function closingOf(end: CallEnd, role: Role): Closing {
  if (end.reason === "answered_elsewhere") return "elsewhere";
  if (end.refused || end.talkMs > 0) return "dialog";
  if (end.reason === "cancelled" && role === "caller") return "cancelled";
  if (end.reason === "declined" && role === "callee") return "nothing";
  return "dialog";
}

/** Whether the callee never answered. */
export function isMissed(end: CallEnd, role: Role): boolean {
  return role === "callee" && (end.reason === "missed" || end.reason === "cancelled");
}

export type Cost = { known: true; chargeMinor: number; minutes: number } | { known: false };

/**
 * Return what the caller paid, as far as it is known. Where nobody talked nothing is paid; but that nobody did only the
 * server can say (`told`): here it may not have been heard that talk time ran.
 */
export function costOf(end: CallEnd, told: boolean, charge: Charge | null): Cost {
  if (charge) return { known: true, chargeMinor: charge.chargeMinor, minutes: charge.minutes };
  if (end.refused || (told && end.talkMs === 0)) return { known: true, chargeMinor: 0, minutes: 0 };
  return { known: false };
}
