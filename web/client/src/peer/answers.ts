/**
 * Tells offers apart, and says in an answer which one it answers.
 *
 * Where an offer is said again, because it may be lost, it may also come twice, and be answered twice: late answers
 * must not be taken for those of the next offer. Messages have no field for that, but a description may have
 * attributes of one's own, which others ignore (RFC 8866, section 5.13). An offer is known by its origin, which changes
 * with each new one (RFC 9429, section 5.2.2), and by its ICE credentials.
 */

const ATTRIBUTE = /^a=x-talktime-answers:(.*)\r\n/m;
const ORIGIN = /^o=\S+ (\S+ \S+)/m;
const CREDENTIAL = /^a=ice-ufrag:(\S+)/m;

export function isSameOffer(one: string, other: string): boolean {
  return nameOf(one) === nameOf(other);
}

export function withOffer(answer: string, offer: string): string {
  return `${answer}a=x-talktime-answers:${nameOf(offer)}\r\n`;
}

/** The answer as it was made; null where it says that it answers another offer. */
export function answerTo(offer: string, answer: string): string | null {
  const [, named] = ATTRIBUTE.exec(answer) ?? [];
  return named === undefined || named === nameOf(offer) ? answer.replace(ATTRIBUTE, "") : null;
}

function nameOf(offer: string): string {
  return `${ORIGIN.exec(offer)?.[1]} ${CREDENTIAL.exec(offer)?.[1]}`;
}
