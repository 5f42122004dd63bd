"""The in-process bus, behind a broker that can go away."""

from collections import deque
from collections.abc import Sequence

from shared.bus.interface import Envelope, NoReplyError, Outcome
from shared.bus.memory import MemoryBus
from shared.bus.topology import PRESENCE
from shared.clock import Clock
from shared.messages.requests import Reply, Request


class BusWithOutages(MemoryBus):
    """`outcomes` are what the next publishes come to; `published` is every attempt; hints are neither."""

    def __init__(self, *, clock: Clock | None = None) -> None:
        super().__init__(clock=clock)
        self.outcomes: deque[Outcome] = deque()
        self.published: list[Envelope] = []
        self.away = False

    async def publish(self, envelopes: Sequence[Envelope]) -> list[Outcome]:
        if all(envelope.exchange == PRESENCE.name for envelope in envelopes):
            return await super().publish(envelopes)
        self.published.extend(envelopes)
        planned = [self._planned() for _ in envelopes]
        confirmed = [
            envelope for envelope, plan in zip(envelopes, planned, strict=True) if plan is Outcome.CONFIRMED
        ]
        outcomes = iter(await super().publish(confirmed))
        return [next(outcomes) if plan is Outcome.CONFIRMED else plan for plan in planned]

    async def ask(self, request: Request, *, timeout_ms: int) -> Reply:
        if self.away:
            raise NoReplyError("The broker is away")
        return await super().ask(request, timeout_ms=timeout_ms)

    def _planned(self) -> Outcome:
        if self.away:
            return Outcome.REFUSED
        return self.outcomes.popleft() if self.outcomes else Outcome.CONFIRMED
