"""Time and timers that move when the test says so."""

import asyncio
import heapq
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count

from tests.harness.clock import ManualClock

TURNS = 20
"""Turns of the event loop that what a timer has begun is given, before time moves on."""


@dataclass(order=True)
class ManualTimer:
    """Implements `signaling.timers.Timer`."""

    at_ms: int
    number: int
    callback: Callable[[], None] = field(compare=False)
    cancelled: bool = field(default=False, compare=False)

    def cancel(self) -> None:
        self.cancelled = True


class ManualTime(ManualClock):
    """A clock that is also a `signaling.timers.Scheduler`."""

    def __init__(self) -> None:
        super().__init__()
        self._timers: list[ManualTimer] = []
        self._numbers = count()

    def call_at(self, at_ms: int, callback: Callable[[], None]) -> ManualTimer:
        timer = ManualTimer(at_ms, next(self._numbers), callback)
        heapq.heappush(self._timers, timer)
        return timer

    async def pass_ms(self, ms: int) -> None:
        """Let time pass; each timer goes off at its own moment."""
        end_ms = self.monotonic_ms() + ms
        await give_turns()
        while self._timers and self._timers[0].at_ms <= end_ms:
            timer = heapq.heappop(self._timers)
            if timer.cancelled:
                continue
            self.advance(max(0, timer.at_ms - self.monotonic_ms()))
            timer.callback()
            await give_turns()
        self.advance(end_ms - self.monotonic_ms())


async def give_turns() -> None:
    """Let everything happen that needs nothing but turns of the event loop."""
    for _ in range(TURNS):
        await asyncio.sleep(0)
