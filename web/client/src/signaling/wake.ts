/** The moments at which a connection is worth a try, or a doubt. */

/** Calls back when the network may be another one, or the page is looked at again; the function returned ends it. */
export type Wake = (listener: () => void) => () => void;

export const browserWake: Wake = (listener) => {
  const [page, view] = [globalThis.document, globalThis.window];
  if (!page || !view) return () => {};
  const seen = () => {
    if (page.visibilityState === "visible") listener();
  };
  view.addEventListener("online", listener);
  view.addEventListener("pageshow", listener);
  page.addEventListener("visibilitychange", seen);
  return () => {
    view.removeEventListener("online", listener);
    view.removeEventListener("pageshow", listener);
    page.removeEventListener("visibilitychange", seen);
  };
};
