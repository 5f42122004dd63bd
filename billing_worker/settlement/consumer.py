"""Stands at the queue of the call events."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from billing_worker.settlement.inbox import UnreadableError, read_event
from billing_worker.settlement.settle import settle
from billing_worker.terms import Terms
from billing_worker.transactions import transact
from shared.bus.interface import Delivery, Rejected
from shared.clock import Clock
from shared.failpoints import Failpoint, failpoint
from shared.messages.events import CallEvent

log = logging.getLogger(__name__)


class SettlementConsumer:
    """Settles batches of deliveries, one transaction each; a bad one is rejected and hurts no other."""

    def __init__(self, engine: AsyncEngine, *, terms: Terms, clock: Clock) -> None:
        self._engine = engine
        self._terms = terms
        self._clock = clock

    async def handle(self, deliveries: Sequence[Delivery]) -> list[Rejected]:
        """Settle the batch. Raises `DatabaseUnavailableError`, and then nothing of it has happened."""
        rejected: list[Rejected] = []
        read: list[tuple[Delivery, CallEvent]] = []
        for delivery in deliveries:
            try:
                read.append((delivery, read_event(delivery.body)))
            except UnreadableError as error:
                rejected.append(Rejected(delivery, str(error)))
        if read:
            reasons = await self._settle([event for _, event in read])
            rejected += [
                Rejected(delivery, reason) for (delivery, _), reason in zip(read, reasons, strict=True) if reason
            ]
        for one in rejected:
            log.error("Rejected %s %s: %s", one.delivery.type, one.delivery.message_id, one.reason)
        return rejected

    async def _settle(self, events: Sequence[CallEvent]) -> list[str | None]:
        async def work(connection: AsyncConnection) -> list[str | None]:
            return await settle(connection, events, now=self._clock.now(), terms=self._terms)

        reasons = await transact(self._engine, work)
        await failpoint(Failpoint.SETTLE_COMMITTED)
        return reasons
