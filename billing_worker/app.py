"""The one place where the billing worker is put together."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from billing_worker.admission.invites import InviteLimits
from billing_worker.admission.service import AdmissionService
from billing_worker.audit.measuring import audit_measures
from billing_worker.audit.nightly import NightlyAudit
from billing_worker.housekeeping import Housekeeping
from billing_worker.metrics import Metrics
from billing_worker.relay import Relay
from billing_worker.settlement.consumer import SettlementConsumer
from billing_worker.supervision import Supervision
from billing_worker.terms import Terms
from shared.bus.interface import Bus, Subscription, UnavailableError
from shared.bus.topology import CALL_EVENTS
from shared.clock import Clock
from shared.database import reading
from shared.rounds import Rounds
from shared.settings import Settings

GATHER_MS = 5
"""How long a batch that is large already waits to grow; measured to keep the delay low at thousands a second."""

Probe = Callable[[], Awaitable[bool]]
"""Whether something can be reached at this moment."""

log = logging.getLogger(__name__)


class BillingWorker:
    """Answers requests, settles calls, watches over silent ones, relays the outbox, tidies up and audits the books.

    The engine and the started bus are the caller's, who closes them after `stop`. Neither database nor broker need
    be there at the start.
    """

    def __init__(self, settings: Settings, *, engine: AsyncEngine, bus: Bus, clock: Clock) -> None:
        terms = Terms.of(settings)
        self._settings = settings
        self._engine = engine
        self._bus = bus
        self._admission = AdmissionService(engine, terms=terms, limits=InviteLimits.of(settings), clock=clock)
        self._settlement = SettlementConsumer(engine, terms=terms, clock=clock)
        supervision = Supervision(engine, bus=bus, clock=clock, grace_ms=settings.sweep_grace_ms)
        self._supervising = Rounds("supervision", supervision.look, pause_ms=settings.sweep_ms)
        retention = timedelta(seconds=settings.session_retention_seconds)
        key_retention = timedelta(seconds=settings.idempotency_retention_seconds)
        housekeeping = Housekeeping(engine, clock=clock, retention=retention, key_retention=key_retention)
        self._tidying = Rounds("housekeeping", housekeeping.tidy, pause_ms=settings.tidy_ms)
        self._auditing = NightlyAudit.of(settings, engine, clock=clock)
        self.metrics = Metrics([audit_measures(engine)])
        self._relay = Relay(
            engine, bus=bus, clock=clock, batch_max=settings.relay_batch_max, idle_ms=settings.relay_idle_ms
        )
        self._relaying: asyncio.Task[None] | None = None
        self._subscriptions: list[Subscription] = []

    @property
    def probes(self) -> Mapping[str, Probe]:
        """What the worker needs to be ready, by name."""
        return {"database": self._database_answers, "bus": self._bus_is_connected}

    async def start(self) -> None:
        """Begin to work, and return."""
        self._subscriptions = [
            await self._bus.serve(self._admission.handle, batch_max=self._settings.request_batch_max),
            await self._bus.consume(
                CALL_EVENTS.name,
                self._settlement.handle,
                batch_max=self._settings.settle_batch_max,
                gather_ms=GATHER_MS,
            ),
        ]
        self._supervising.start()
        self._tidying.start()
        self._auditing.start()
        self._relaying = asyncio.create_task(self._relay.run(), name="outbox relay")

    async def stop(self) -> None:
        """Take no more work, finish the batches at hand, publish what they stored, and return."""
        stopping = [subscription.stop() for subscription in self._subscriptions]
        rounds = (self._supervising, self._tidying, self._auditing)
        await asyncio.gather(*stopping, *(each.stop() for each in rounds))
        # Last: the batches just finished have stored their notices.
        self._relay.stop()
        if self._relaying is not None:
            await self._finish(self._relaying)

    async def _finish(self, relaying: asyncio.Task[None]) -> None:
        _, unfinished = await asyncio.wait({relaying}, timeout=self._settings.drain_ms_max / 1_000)
        if unfinished:
            log.warning("The outbox is not empty; another worker, or the next start, publishes the rest")
            relaying.cancel()
            await asyncio.wait({relaying})

    async def _database_answers(self) -> bool:
        try:
            async with reading(self._engine) as connection:
                await connection.execute(text("SELECT 1"))
        except UnavailableError:
            return False
        return True

    async def _bus_is_connected(self) -> bool:
        return self._bus.connected
