/** Return what is given up with the account: what was agreed to, as long as that is what there is; minor units. */
export function forfeitOf(agreedMinor: number | null, leftMinor: number): number {
  return agreedMinor === leftMinor ? leftMinor : 0;
}
