/** Where the operators' part of the page begins. */
export const OPERATORS = "/operators";

/** Which links lead to it, and which to the rest; from one part to the other the page is loaded anew. */
export const WITHIN = /^\/operators(?:[/?#]|$)/;
export const OUTSIDE = /^(?!\/operators(?:[/?#]|$))/;

/** Where an account's screen is. */
export function accountAddress(id: string): string {
  return `${OPERATORS}/accounts/${id}`;
}

/** Where a call's screen is. */
export function callAddress(id: string): string {
  return `${OPERATORS}/calls/${id}`;
}

/** Where a screen is with these questions in its address; empty ones are left out. */
export function asking(path: string, query: Record<string, string | null>): string {
  const given = Object.entries(query).filter((each): each is [string, string] => Boolean(each[1]));
  const text = new URLSearchParams(given).toString();
  return text ? `${path}?${text}` : path;
}
