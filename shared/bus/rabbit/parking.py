"""What becomes of messages that a consumer could not process."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Protocol

from shared.bus.batches import Received
from shared.bus.interface import Outcome, Rejected
from shared.bus.rabbit.messages import Outgoing, dead_letter, given_back
from shared.bus.rabbit.publisher import Publisher
from shared.bus.topology import Queue
from shared.clock import Clock

log = logging.getLogger(__name__)


class Parking(Protocol):
    """Where messages go instead of being processed; True once they are safe there and can be acknowledged."""

    async def park(self, rejected: Sequence[Rejected]) -> bool:
        """Put away what was rejected."""

    async def give_back(self, batch: Sequence[Received]) -> bool:
        """Put back what was held too long."""


class DeadLetters:
    """Moves rejected messages to the queue's dead letters, confirmed: a crash in between makes duplicates only."""

    def __init__(self, queue: Queue, *, publisher: Publisher, publish_timeout_ms: int, clock: Clock) -> None:
        self._queue = queue
        self._publisher = publisher
        self._publish_timeout_ms = publish_timeout_ms
        self._clock = clock

    async def park(self, rejected: Sequence[Rejected]) -> bool:
        """Publish to the dead letters, each with its reason."""
        now = self._clock.now()
        return await self._move([dead_letter(each, queue=self._queue, now=now) for each in rejected])

    async def give_back(self, batch: Sequence[Received]) -> bool:
        """Publish to the end of the same queue: returning instead would use up the delivery limit."""
        now = self._clock.now()
        return await self._move([given_back(each, queue=self._queue, now=now) for each in batch])

    async def _move(self, messages: Sequence[Outgoing]) -> bool:
        outcomes = await self._publisher.send(messages, timeout_ms=self._publish_timeout_ms)
        missing = [outcome for outcome in outcomes if outcome is not Outcome.CONFIRMED]
        if missing:
            log.error("%d messages of %s could not be put away yet: %s", len(missing), self._queue.name, missing[0])
        return not missing


class Dropping:
    """For messages that are worthless soon anyway: logged, and gone."""

    async def park(self, rejected: Sequence[Rejected]) -> bool:
        """Log what was rejected."""
        for each in rejected:
            log.error("%s %s is dropped: %s", each.delivery.type, each.delivery.message_id, each.reason)
        return True

    async def give_back(self, batch: Sequence[Received]) -> bool:
        """Log how many were held in vain."""
        log.error("%d messages are dropped: they were held too long", len(batch))
        return True
