"""Things to do later; tests move the time themselves."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Protocol

from shared.clock import Clock


class Timer(Protocol):
    """Something that will happen."""

    def cancel(self) -> None:
        """Not any more; harmless once it has happened."""


class Scheduler(Protocol):
    """Calls back at a moment of the clock's monotonic time."""

    def call_at(self, at_ms: int, callback: Callable[[], None]) -> Timer:
        """Call `callback` once, not before `at_ms`, as far as rounding allows."""


class LoopScheduler:
    """The running event loop's timers."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def call_at(self, at_ms: int, callback: Callable[[], None]) -> Timer:
        delay_ms = max(0, at_ms - self._clock.monotonic_ms())
        return asyncio.get_running_loop().call_later(delay_ms / 1_000, callback)


@asynccontextmanager
async def time_limit(scheduler: Scheduler, *, at_ms: int) -> AsyncIterator[None]:
    """Interrupt the block at this moment. Raises `TimeoutError`."""
    async with asyncio.timeout(None) as limit:
        timer = scheduler.call_at(at_ms, lambda: limit.reschedule(0))
        try:
            yield
        finally:
            timer.cancel()
