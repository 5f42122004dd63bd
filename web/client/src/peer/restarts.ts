/** Finds new paths for the media when those in use break: ICE restarts (RFC 8838, RFC 8445 section 9). */

import type { Timers } from "../clock.js";

/** How long a path may be silent: it often comes back by itself. */
const DISCONNECTED_MS_MAX = 2_000;
/** How long a new path may take before the next is tried. */
const RESTART_MS_MAX = 5_000;
/** How long the first path may take. */
const FIRST_MS_MAX = 8_000;

export class Restarts {
  readonly #pc: RTCPeerConnection;
  readonly #timers: Timers;
  readonly #stopListening: () => void;
  #stopWaiting: () => void;

  constructor(pc: RTCPeerConnection, timers: Timers) {
    this.#pc = pc;
    this.#timers = timers;
    this.#stopWaiting = timers.after(FIRST_MS_MAX, () => this.restart());
    pc.oniceconnectionstatechange = () => this.#look();
    this.#stopListening = onNetworkChange(() => this.restart());
  }

  get isConnected(): boolean {
    return this.#pc.iceConnectionState === "connected" || this.#pc.iceConnectionState === "completed";
  }

  /** Look for new paths now, and again until there is one; those that work stay in use meanwhile. */
  restart(): void {
    this.#stopWaiting();
    // Before the first offer of the other side there is nothing to restart.
    if (this.#pc.remoteDescription || this.#pc.localDescription) this.#pc.restartIce();
    this.#stopWaiting = this.#timers.after(RESTART_MS_MAX, () => {
      if (!this.isConnected) this.restart();
    });
  }

  close(): void {
    this.#stopWaiting();
    this.#stopListening();
    this.#pc.oniceconnectionstatechange = null;
  }

  #look(): void {
    if (this.isConnected) this.#stopWaiting();
    else if (this.#pc.iceConnectionState === "failed") this.restart();
    else if (this.#pc.iceConnectionState === "disconnected") {
      this.#stopWaiting();
      this.#stopWaiting = this.#timers.after(DISCONNECTED_MS_MAX, () => this.restart());
    }
  }
}

/** Network Information API, where there is one. */
interface Network extends EventTarget {}

function onNetworkChange(changed: () => void): () => void {
  const network = (navigator as Navigator & { connection?: Network }).connection;
  addEventListener("online", changed);
  network?.addEventListener("change", changed);
  return () => {
    removeEventListener("online", changed);
    network?.removeEventListener("change", changed);
  };
}
