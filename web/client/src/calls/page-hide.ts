/** Call back when the page is left for good; one that the browser keeps to come back to is not. */
export function onPageHide(left: () => void): () => void {
  if (typeof globalThis.addEventListener !== "function") return () => {};
  const hide = ({ persisted }: PageTransitionEvent) => {
    if (!persisted) left();
  };
  addEventListener("pagehide", hide);
  return () => removeEventListener("pagehide", hide);
}
