/**
 * Tells the other side what is on, over the media's own connection.
 *
 * A track that is muted by its sender goes on, silent and black, and looks to its receiver like one that is not: so
 * each side says so itself, in a data channel that both open without being asked (`negotiated`, id 0), at its opening and at every
 * change: `{"audio": true, "video": false, "screen": false}`.
 */

export interface MediaState {
  audio: boolean;
  video: boolean;
  screen: boolean;
}

/** Far more than a state is long. */
const TEXT_MAX = 256;

export class MediaStateChannel {
  readonly #channel: RTCDataChannel;

  constructor(pc: RTCPeerConnection, ours: () => MediaState, heard: (theirs: MediaState) => void) {
    this.#channel = pc.createDataChannel("talktime", { negotiated: true, id: 0 });
    this.#channel.onopen = () => this.tell(ours());
    this.#channel.onmessage = ({ data }) => {
      const state = readMediaState(data);
      if (state) heard(state);
    };
  }

  tell(ours: MediaState): void {
    if (this.#channel.readyState === "open") this.#channel.send(JSON.stringify(ours));
  }

  close(): void {
    this.#channel.onopen = this.#channel.onmessage = null;
    this.#channel.close();
  }
}

/** The other side may say anything; null for what is no state. */
export function readMediaState(data: unknown): MediaState | null {
  if (typeof data !== "string" || data.length > TEXT_MAX) return null;
  try {
    const { audio, video, screen } = JSON.parse(data);
    return { audio: audio === true, video: video === true, screen: screen === true };
  } catch {
    return null;
  }
}
