const FEATURES = "popup,width=480,height=760";

/** A window for the provider's page. Opened in the very press of a button, since later browsers forbid it. */
export interface CheckoutWindow {
  /** Whether the browser let it open. */
  readonly open: boolean;
  goTo(address: string): void;
  close(): void;
}

export function openCheckoutWindow(): CheckoutWindow {
  const opened = window.open("", "_blank", FEATURES);
  // The provider's page shall not steer this one.
  if (opened) opened.opener = null;
  return {
    open: opened !== null,
    goTo: (address) => opened?.location.replace(address),
    close: () => opened?.close(),
  };
}

/** Return the address if a browser may be sent there; null for what only looks like one. */
export function checkoutAddress(url: string | null): string | null {
  if (url === null) return null;
  const { protocol, href } = new URL(url, location.href);
  return protocol === "https:" || protocol === "http:" ? href : null;
}
