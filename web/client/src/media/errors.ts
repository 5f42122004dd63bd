/** Why a camera, a microphone or a screen cannot be had. */

import { TalktimeError } from "../errors.js";

/**
 * What a person can do about it:
 *
 * - `denied`: allow it in the browser or the system
 * - `no_device`: plug one in
 * - `in_use`: close the other program that has it
 * - `insecure_context`: open the page over https, or on localhost
 * - `unsupported`: use another browser
 * - `other`: try again; `cause` says what the browser said
 */
export type MediaErrorKind = "no_device" | "denied" | "in_use" | "insecure_context" | "unsupported" | "other";

const KINDS: Readonly<Record<string, MediaErrorKind>> = {
  NotAllowedError: "denied",
  SecurityError: "denied",
  NotFoundError: "no_device",
  OverconstrainedError: "no_device",
  NotReadableError: "in_use",
  AbortError: "in_use",
  NotSupportedError: "unsupported",
};

export class MediaError extends TalktimeError {
  override name = "MediaError";
  readonly kind: MediaErrorKind;

  constructor(kind: MediaErrorKind, message: string, options?: ErrorOptions) {
    super(message, options);
    this.kind = kind;
  }

  /** What the browser threw, by its name (W3C Media Capture and Streams, section 10.2). */
  static from(thrown: unknown): MediaError {
    if (thrown instanceof MediaError) return thrown;
    const { name, message } = thrown instanceof Error ? thrown : { name: "", message: String(thrown) };
    return new MediaError(KINDS[name] ?? "other", message || name, { cause: thrown });
  }
}
