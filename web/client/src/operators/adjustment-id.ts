/** The id under which an adjustment is booked once for ever. */

const BYTES = 16;

/** Return a new one: a random UUID (RFC 9562, version 4). Not `crypto.randomUUID`: a page without https has none. */
export function newAdjustmentId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(BYTES));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}
