"""Messages between paired sockets, and what each costs the server between them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bench.measuring import cpu_seconds
from bench.sockets import Socket

WARM_UP_SECONDS_MAX = 0.5
TICK_SECONDS = 0.005
UNLIMITED = 0
IN_FLIGHT = 2
"""Messages of a pair on their way at the same time, where the rate has no limit."""


@dataclass
class Traffic:
    """Sockets, the two of each pair side by side, each with the frame that it sends."""

    server_pid: int
    sockets: Sequence[Socket]
    frames: Sequence[bytes]
    _received: int = 0

    async def cost(self, *, rate: int, seconds: float) -> tuple[float, float]:
        """Return the server's CPU µs a message, and the messages that there were a second.

        `rate` is that of all pairs together; `UNLIMITED` has every message answered by one, as fast as it goes.
        """
        sending = asyncio.create_task(self._pace(rate) if rate else self._play())
        await asyncio.sleep(min(WARM_UP_SECONDS_MAX, seconds))
        begun, begun_cpu, begun_with = time.perf_counter(), cpu_seconds(self.server_pid), self._received
        await asyncio.sleep(seconds)
        received, cpu = self._received - begun_with, cpu_seconds(self.server_pid) - begun_cpu
        took = time.perf_counter() - begun
        sending.cancel()
        await self._rest(min(WARM_UP_SECONDS_MAX, seconds))
        return cpu / received * 1e6, received / took

    async def _play(self) -> None:
        for place, socket in enumerate(self.sockets):
            socket.take = self._answering(place)
        for place in range(0, len(self.sockets), 2):
            for _ in range(IN_FLIGHT):
                self._send(place)

    async def _pace(self, rate: int) -> None:
        for socket in self.sockets:
            socket.take = self._count
        begun, sent = time.perf_counter(), 0
        while True:
            due = int((time.perf_counter() - begun) * rate)
            for turn in range(sent, due):
                self._send(turn % len(self.sockets))
            sent = due
            await asyncio.sleep(TICK_SECONDS)

    async def _rest(self, seconds: float) -> None:
        """Have what is under way arrive, and nothing follow."""
        for socket in self.sockets:
            socket.take = self._count
        await asyncio.sleep(seconds)

    def _answering(self, place: int) -> Callable[[bytes], None]:
        def take(_: bytes) -> None:
            self._received += 1
            self._send(place)

        return take

    def _count(self, _: bytes) -> None:
        self._received += 1

    def _send(self, place: int) -> None:
        self.sockets[place].send(self.frames[place])
