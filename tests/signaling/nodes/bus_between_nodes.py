"""The in-process bus, with what goes over it between nodes counted, lost or held back."""

import asyncio
from collections.abc import Sequence

from shared.bus.interface import Envelope, Outcome
from shared.bus.memory import MemoryBus
from shared.bus.topology import NODES
from shared.messages.requests import Authorize, Reply, Request


class BusBetweenNodes(MemoryBus):
    """`letters` are the messages of one node to another, in order; those for who is `cut_off` never arrive."""

    def __init__(self) -> None:
        super().__init__()
        self.letters: list[Envelope] = []
        self.broadcasts: list[Envelope] = []
        self.cut_off: set[str] = set()
        self.refusing = False
        self.slow_authorizations: set[str] = set()
        self.go_on = asyncio.Event()

    async def publish(self, envelopes: Sequence[Envelope]) -> list[Outcome]:
        letters = [envelope for envelope in envelopes if envelope.exchange == NODES.name]
        if letters and self.refusing:
            return [Outcome.REFUSED] * len(envelopes)
        self.letters.extend(letters)
        self.broadcasts.extend(envelope for envelope in envelopes if envelope.type == "call.find_callee")
        if any(letter.routing_key in self.cut_off for letter in letters):
            return [Outcome.CONFIRMED] * len(envelopes)
        return await super().publish(envelopes)

    async def ask(self, request: Request, *, timeout_ms: int) -> Reply:
        """The answer to an invite comes late to these nodes, after everybody else had theirs."""
        reply = await super().ask(request, timeout_ms=timeout_ms)
        if isinstance(request, Authorize) and request.node in self.slow_authorizations:
            await self.go_on.wait()
        return reply
