"""The sockets that are open now, so that a stopping process can close them and wait for it."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

from shared.messages.to_client import CloseCode
from signaling.sockets.socket import Socket

GOODBYE = "the server is shutting down"


class OpenSockets:
    """Knows sockets from before their handshake until nothing of them is left."""

    def __init__(self, *, per_address_max: int) -> None:
        self._count = 0
        self._by_address: Counter[str] = Counter()
        self._per_address_max = per_address_max
        self._sockets: set[Socket] = set()
        self._arrivals: set[asyncio.Timeout] = set()
        self._none_left = asyncio.Event()
        self.closed = True
        """Whether none shall be opened, because the service has not started yet or is about to stop."""

    def __len__(self) -> int:
        return self._count

    def has_room(self, address: str) -> bool:
        """Whether one more socket may be opened from there."""
        return self._by_address[address] < self._per_address_max

    @contextmanager
    def open(self, address: str) -> Iterator[None]:
        """Count a socket for as long as the block runs."""
        self._count += 1
        self._by_address[address] += 1
        try:
            yield
        finally:
            self._count -= 1
            self._by_address[address] -= 1
            if not self._by_address[address]:
                del self._by_address[address]
            if not self._count:
                self._none_left.set()

    @asynccontextmanager
    async def arriving(self) -> AsyncIterator[None]:
        """Interrupt the block when sockets are closed. Raises `TimeoutError`."""
        async with asyncio.timeout(0 if self.closed else None) as arrival:
            self._arrivals.add(arrival)
            try:
                yield
            finally:
                self._arrivals.discard(arrival)

    @contextmanager
    def holding(self, socket: Socket) -> Iterator[None]:
        """Have the socket closed by `close_all` while the block runs."""
        self._sockets.add(socket)
        if self.closed:
            _say_goodbye(socket)
        try:
            yield
        finally:
            self._sockets.discard(socket)

    def close_all(self) -> None:
        """Close every socket, once what waits for it is sent."""
        for socket in self._sockets:
            _say_goodbye(socket)
        self.turn_away()

    def abort_all(self) -> None:
        """Wait no longer for peers that do not read."""
        for socket in tuple(self._sockets):
            socket.abort()

    def turn_away(self) -> None:
        """Close those that are being let in."""
        for arrival in self._arrivals:
            arrival.reschedule(0)

    async def wait_for_none(self, *, timeout_ms: int) -> None:
        """Return when all are gone or the time is over."""
        if self._count:
            self._none_left.clear()
            try:
                async with asyncio.timeout(timeout_ms / 1_000):
                    await self._none_left.wait()
            except TimeoutError:
                return


def _say_goodbye(socket: Socket) -> None:
    socket.close(CloseCode.GOING_AWAY, GOODBYE)
