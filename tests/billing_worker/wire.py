"""A bus of which the test decides what becomes of a publish; only publishing, for the relay and the supervision."""

import asyncio
from collections.abc import Callable, Sequence
from typing import cast

from shared.bus.interface import Bus, Envelope, Outcome


class Wire:
    """Takes everything, unless `fate` says otherwise."""

    def __init__(self) -> None:
        self.connected = True
        self.fate: Callable[[Envelope], Outcome] = lambda _: Outcome.CONFIRMED
        self.after: Callable[[], None] = lambda: None
        """Called once the broker has the messages, before the publisher hears of it."""
        self.published: list[tuple[Envelope, Outcome]] = []
        self._more = asyncio.Event()

    @property
    def bus(self) -> Bus:
        """Return it as what it stands in for."""
        return cast(Bus, self)

    @property
    def taken(self) -> list[Envelope]:
        """Return what the broker has, in the order of its coming."""
        return [envelope for envelope, outcome in self.published if outcome is Outcome.CONFIRMED]

    async def publish(self, envelopes: Sequence[Envelope]) -> list[Outcome]:
        """Let fate decide."""
        outcomes = [self.fate(envelope) for envelope in envelopes]
        self.published += zip(envelopes, outcomes, strict=True)
        self._more.set()
        self.after()
        return outcomes

    async def until(self, met: Callable[[], bool], *, seconds_max: float = 30) -> None:
        """Wait for publishes until the condition holds. Raises `TimeoutError`."""
        async with asyncio.timeout(seconds_max):
            while not met():
                self._more.clear()
                await self._more.wait()
