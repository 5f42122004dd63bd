"""One socket's queue, with a peer that reads when the test says so."""

import asyncio

import pytest

from shared.messages.to_client import CloseCode
from signaling.sockets.socket import SEND_MS_MAX, Socket
from tests.harness.clock import ManualClock
from tests.signaling.manual_time import give_turns


class Peer:
    """Implements `signaling.sockets.socket.Wire`."""

    def __init__(self) -> None:
        self.reads = asyncio.Event()
        self.heard: list[str] = []
        self.closed: tuple[int, str] | None = None
        self.abandoned = False
        self.reads_at_once = False

    def send_now(self, text: bytes) -> bool:
        if self.reads_at_once:
            self.heard.append(text.decode())
        return self.reads_at_once

    async def send(self, data: str) -> None:
        await self.reads.wait()
        self.heard.append(data)

    async def close(self, code: int, reason: str = "") -> None:
        await self.reads.wait()
        self.closed = (code, reason)

    def abandon(self) -> None:
        self.abandoned = True


async def test_messages_keep_their_order_and_nobody_waits_to_send() -> None:
    peer, clock = Peer(), ManualClock()
    socket = Socket(peer, queue_max=4, clock=clock)
    for text in (b"a", b"b", b"c"):
        socket.put(text)
    peer.reads.set()
    await give_turns()
    assert peer.heard == ["a", "b", "c"]
    await socket.finish()


async def test_what_can_go_out_at_once_does_but_never_before_what_waits() -> None:
    peer, clock = Peer(), ManualClock()
    socket = Socket(peer, queue_max=4, clock=clock)
    socket.put(b"1")
    await give_turns()
    peer.reads_at_once = True
    socket.put(b"2")
    assert peer.heard == []
    peer.reads.set()
    await give_turns()
    socket.put(b"3")
    assert peer.heard == ["1", "2", "3"]
    await socket.finish()


async def test_one_message_too_many_closes_the_socket() -> None:
    """D11: what waited is dropped; the peer hears why."""
    peer, clock = Peer(), ManualClock()
    socket = Socket(peer, queue_max=4, clock=clock)
    socket.put(b"under way")
    await give_turns()
    for _ in range(5):
        assert not socket.closing
        socket.put(b"x")
    assert socket.closing
    peer.reads.set()
    await give_turns()
    assert peer.heard == ["under way"]
    assert peer.closed is not None
    assert peer.closed[0] == CloseCode.TOO_SLOW
    await socket.finish()


async def test_what_waits_is_said_before_the_close_and_nothing_after_it() -> None:
    peer, clock = Peer(), ManualClock()
    socket = Socket(peer, queue_max=4, clock=clock)
    socket.put(b"last")
    socket.close(1001, "first reason")
    socket.close(1008, "second reason")
    socket.put(b"too late")
    peer.reads.set()
    await give_turns()
    assert (peer.heard, peer.closed) == (["last"], (1001, "first reason"))
    await socket.finish()


async def test_a_stuck_peer_is_noticed_and_given_up() -> None:
    """D11: reading stops with it."""
    peer, clock = Peer(), ManualClock()

    async def serve() -> None:
        socket = Socket(peer, queue_max=4, clock=clock)
        socket.put(b"never read")
        await give_turns()
        clock.advance(SEND_MS_MAX)
        assert not socket.is_stuck(clock.monotonic_ms())
        clock.advance(1)
        assert socket.is_stuck(clock.monotonic_ms())
        socket.abort()
        try:
            await asyncio.Event().wait()
        finally:
            assert socket.aborted
            await socket.finish()

    with pytest.raises(asyncio.CancelledError):
        await asyncio.create_task(serve())
    assert peer.abandoned
    assert peer.closed is None


async def test_a_sender_waits_for_room() -> None:
    """D11."""
    peer, clock = Peer(), ManualClock()
    socket = Socket(peer, queue_max=4, clock=clock)
    for text in (b"a", b"b", b"c", b"d"):
        socket.put(text)
    waiting = asyncio.create_task(socket.room())
    await give_turns()
    assert not waiting.done()
    peer.reads.set()
    await waiting
    assert len(peer.heard) >= 2
    await socket.finish()


async def test_nobody_waits_for_room_in_a_socket_that_is_finished() -> None:
    peer, clock = Peer(), ManualClock()
    socket = Socket(peer, queue_max=4, clock=clock)
    for text in (b"a", b"b", b"c", b"d"):
        socket.put(text)
    waiting = asyncio.create_task(socket.room())
    await give_turns()
    await socket.finish()
    await waiting
    await socket.room()
