"""What WebRTC itself says of a page's media, without the product's code knowing that it is asked."""

from __future__ import annotations

from typing import Any

from msgspec import Struct, convert
from playwright.async_api import Locator, Page

from tests.browser.waiting import until

KEEP_PEERS = """
window.__peers = [];
window.RTCPeerConnection = class extends window.RTCPeerConnection {
  constructor(...given) { super(...given); window.__peers.push(this); }
};
"""
"""Runs before the page's own code."""

SEEN = """async () => {
  const peer = window.__peers.filter((peer) => peer.connectionState !== 'closed').at(-1);
  if (!peer) return null;
  const stats = [...(await peer.getStats()).values()];
  const inbound = (kind) => stats.find((one) => one.type === 'inbound-rtp' && one.kind === kind);
  const transport = stats.find((one) => one.type === 'transport');
  const pair = stats.find((one) => one.id === transport?.selectedCandidatePairId);
  const type = (id) => stats.find((one) => one.id === id)?.candidateType ?? null;
  return {
    state: peer.connectionState,
    frames: inbound('video')?.framesDecoded ?? 0,
    packets: inbound('audio')?.packetsReceived ?? 0,
    local: type(pair?.localCandidateId),
    remote: type(pair?.remoteCandidateId),
    ufrag: /a=ice-ufrag:(\\S+)/.exec(peer.localDescription?.sdp ?? '')?.[1] ?? null,
    cameras: peer.getSenders().filter((sender) => sender.track?.kind === 'video')
      .map((sender) => sender.track.label),
  };
}"""

PLAYED = "(video) => video.srcObject && !video.paused ? video.currentTime : 0"
COLOURS = """(video) => {
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [32, 18];
  const context = canvas.getContext('2d');
  context.drawImage(video, 0, 0, 32, 18);
  return new Set(new Uint32Array(context.getImageData(0, 0, 32, 18).data.buffer)).size;
}"""


class Seen(Struct, frozen=True):
    """One peer connection at one moment."""

    state: str
    frames: int
    packets: int
    local: str | None
    remote: str | None
    ufrag: str | None
    cameras: list[str]


async def seen(page: Page) -> Seen | None:
    """Return what the page's newest open peer connection says of itself."""
    return convert(await page.evaluate(SEEN), Seen | None)


async def frames(page: Page) -> int:
    """Return how many frames of the other side were decoded so far."""
    now = await seen(page)
    return now.frames if now else 0


async def more_frames(page: Page, *, count: int = 5) -> None:
    """Return once so many more frames of the other side were decoded. Raises `TookTooLongError`."""
    wanted = await frames(page) + count
    await until(lambda: frames(page), lambda now: now >= wanted, f"{wanted} frames decoded")


async def plays(video: Locator) -> None:
    """Return once the video element's time advances. Raises `TookTooLongError`."""
    before = await played(video)
    await until(lambda: played(video), lambda now: now > before, "the video plays")


async def played(video: Locator) -> float:
    """Return the element's position in seconds; 0 while it shows nothing."""
    return float(await video.evaluate(PLAYED))


async def colours(video: Locator) -> int:
    """Return how many colours a thumbnail of the video has: one or few mean that it is black."""
    return int(await video.evaluate(COLOURS))


def value(answer: Any) -> Seen:
    """Return what is there."""
    assert isinstance(answer, Seen)
    return answer
