"""One connected WebSocket: a bounded queue out and one task that empties it, so that no sender ever waits.

A message goes out at once where nothing waits before it and the peer reads, which is nearly always: to wake a task
for it would cost as much as all the rest.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterable
from typing import Protocol

from shared.clock import Clock
from shared.messages.to_client import CloseCode

SEND_MS_MAX = 5_000
"""A peer that lets one message wait for longer does not read."""


class Wire(Protocol):
    """What a socket needs of a WebSocket."""

    @property
    def send_now(self) -> Callable[[bytes], bool]:
        """Send a text frame and return True, or False where that would have to wait."""

    async def send(self, data: str) -> None:
        """Send a text frame; waits while the peer does not read."""

    async def close(self, code: int, reason: str = "") -> None:
        """Send a close frame, likewise."""

    def abandon(self) -> None:
        """Send no close frame at the end."""


class Socket:
    """Made in the task that reads the socket, which it may interrupt."""

    def __init__(self, wire: Wire, *, queue_max: int, clock: Clock) -> None:
        self._wire = wire
        self._queue_max = queue_max
        self._clock = clock
        self._waiting: deque[bytes] = deque()
        self._resent = 0
        """How many of these are told a second time, all at once: no wonder that they wait."""
        self._wake = asyncio.Event()
        self._room = asyncio.Event()
        self._room.set()
        self._sending_since_ms: int | None = None
        self._closing: tuple[int, str] | None = None
        self._deadline: asyncio.TimerHandle | None = None
        self._reader = asyncio.current_task()
        self._writer = asyncio.create_task(self._write())
        self.aborted = False

    @property
    def closing(self) -> bool:
        """Whether no more is to be read and sent."""
        return self._closing is not None

    @property
    def crowded(self) -> bool:
        """Whether more than half of the queue is taken: whoever causes it should wait for `room`."""
        return (len(self._waiting) - self._resent) * 2 > self._queue_max

    def is_stuck(self, now_ms: int) -> bool:
        """Whether the peer has let a message wait for too long."""
        return self._sending_since_ms is not None and now_ms - self._sending_since_ms > SEND_MS_MAX

    def put(self, text: bytes) -> None:
        """Send or queue a message; one more than the queue holds, and the socket is closed as too slow."""
        if self._closing is not None:
            return
        if not self._waiting and self._sending_since_ms is None and self._wire.send_now(text):
            return
        if len(self._waiting) - self._resent >= self._queue_max:
            self._waiting.clear()
            self.close(CloseCode.TOO_SLOW, "messages are not read fast enough")
            return
        self._waiting.append(text)
        self._wake.set()

    def put_again(self, texts: Iterable[bytes]) -> None:
        """Queue messages that were sent on another socket before; however many, they are not too much."""
        texts = tuple(texts)
        if self._closing is None and texts:
            self._waiting.extend(texts)
            self._resent += len(texts)
            self._wake.set()

    def close(self, code: int, reason: str, *, wait_ms: int = SEND_MS_MAX) -> None:
        """Close once what waits is sent, or without that if it takes longer than that; the first reason counts."""
        if self._closing is None:
            self._closing = (code, reason)
            self._deadline = asyncio.get_running_loop().call_later(wait_ms / 1_000, self.abort)
            self._wake.set()

    def abort(self) -> None:
        """Interrupt reading and writing at once."""
        self.aborted = True
        self._wire.abandon()
        self._writer.cancel()
        if self._reader is not None:
            self._reader.cancel()

    async def room(self) -> None:
        """Return when the queue is not crowded, or nobody empties it any more."""
        if self.crowded and not self._writer.done():
            self._room.clear()
            await self._room.wait()

    async def finish(self) -> None:
        """The reader is done: leave nothing behind."""
        self._closing = self._closing or (CloseCode.GOING_AWAY, "")
        self._reader = None
        if self._deadline is not None:
            self._deadline.cancel()
        self._writer.cancel()
        await asyncio.wait({self._writer})
        self._room.set()

    async def _write(self) -> None:
        try:
            while self._closing is None or self._waiting:
                if self._waiting:
                    text = self._waiting.popleft()
                    self._resent = max(0, self._resent - 1)
                    await self._send(text)
                else:
                    self._wake.clear()
                    await self._wake.wait()
            await self._close(*self._closing)
        except (OSError, RuntimeError):
            # The peer was faster; the reader hears of it by itself.
            self._waiting.clear()
        finally:
            self._room.set()

    async def _send(self, text: bytes) -> None:
        self._sending_since_ms = self._clock.monotonic_ms()
        await self._wire.send(text.decode())
        self._sending_since_ms = None
        if not self.crowded:
            self._room.set()

    async def _close(self, code: int, reason: str) -> None:
        self._sending_since_ms = self._clock.monotonic_ms()
        await self._wire.close(code, reason)
