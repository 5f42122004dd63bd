import { useEffect } from "preact/hooks";

/** Tell of a call outside the page, where that was allowed before and nobody looks at the page. */
export function useNotification(text: string, id: string | null): void {
  useEffect(() => {
    if (!("Notification" in globalThis) || Notification.permission !== "granted" || !document.hidden) return;
    let notification: Notification;
    try {
      notification = new Notification(text, { tag: `talktime:${id}`, requireInteraction: true });
    } catch {
      return; // Phones allow service workers only.
    }
    notification.addEventListener("click", () => {
      focus();
      notification.close();
    });
    return () => notification.close();
  }, [text, id]);
}
