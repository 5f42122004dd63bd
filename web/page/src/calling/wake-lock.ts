import { useEffect } from "preact/hooks";

/** Keep the screen on, where browsers can; they let it go whenever the page is out of sight. */
export function useWakeLock(): void {
  useEffect(() => {
    let lock: WakeLockSentinel | null = null;
    let over = false;
    const take = async () => {
      if (document.hidden || !("wakeLock" in navigator)) return;
      const taken = await navigator.wakeLock.request("screen").catch(() => null);
      if (over) void taken?.release();
      else lock = taken;
    };
    void take();
    document.addEventListener("visibilitychange", take);
    return () => {
      over = true;
      document.removeEventListener("visibilitychange", take);
      void lock?.release();
    };
  }, []);
}
