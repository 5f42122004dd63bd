"""The outbox relay: publishes what transactions stored, and deletes what the broker has.

One relay works at a time (an advisory lock on its connection), so messages leave once and in their order. A row is
deleted after its confirmation: killed in between, the relay publishes it again with the same id.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy import Connection, func, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from billing_worker.outgoing import Outgoing, Round
from shared.bus.backoff import Backoff
from shared.bus.interface import Bus
from shared.clock import Clock
from shared.database import DatabaseUnavailableError, outages_told
from shared.outbox import CHANNEL

LOCK_ID = 7_425_032
"""Advisory lock of the one relay that works."""
LEAD_MS = 500
"""How often a relay that waits asks whether it may work now."""
BACKOFF_MS_MIN = 100
BACKOFF_MS_MAX = 5_000

log = logging.getLogger(__name__)


class Relay:
    """Empties the outbox until told to stop; outages of database and broker are waited out."""

    def __init__(self, engine: AsyncEngine, *, bus: Bus, clock: Clock, batch_max: int, idle_ms: int) -> None:
        self._engine = engine
        self._outgoing = Outgoing(bus, clock=clock, batch_max=batch_max)
        self._idle_ms = idle_ms
        self._rung = asyncio.Event()
        self._stopping = asyncio.Event()

    def stop(self) -> None:
        """Have `run` return once the outbox is empty, or at the first failure."""
        self._stopping.set()
        self._rung.set()

    async def run(self) -> None:
        """Relay until stopped."""
        backoff = Backoff(first_ms=BACKOFF_MS_MIN, longest_ms=BACKOFF_MS_MAX)
        while not self._stopping.is_set():
            try:
                with outages_told():
                    await self._on_one_connection(backoff)
            except DatabaseUnavailableError as error:
                log.warning("The outbox has to wait: %s", error)
            except Exception:
                log.exception("The outbox relay failed; its rows are safe, a fresh connection tries again")
            else:
                continue
            await _pause(self._stopping, backoff.next_ms())

    async def _on_one_connection(self, backoff: Backoff) -> None:
        async with _connection_of_its_own(self._engine) as (connection, driver):
            await driver.add_listener(CHANNEL, lambda *_: self._rung.set())
            if await self._lead(connection):
                await self._empty(connection, backoff)

    async def _lead(self, connection: AsyncConnection) -> bool:
        """Wait until this relay is the one that works; return False where it is stopped first."""
        while not self._stopping.is_set():
            if await connection.scalar(select(func.pg_try_advisory_lock(LOCK_ID))):
                return True
            await _pause(self._stopping, LEAD_MS)
        return False

    async def _empty(self, connection: AsyncConnection, backoff: Backoff) -> None:
        while True:
            # Before the look: who rings during it is heard after it.
            self._rung.clear()
            match await self._outgoing.publish_oldest(connection):
                case Round.MORE:
                    backoff.reset()
                    continue
                case Round.EMPTY:
                    backoff.reset()
                    pause_ms, until = self._idle_ms, self._rung
                case Round.FAILED:
                    pause_ms, until = backoff.next_ms(), self._stopping
            if self._stopping.is_set():
                return
            await _pause(until, pause_ms)


@asynccontextmanager
async def _connection_of_its_own(engine: AsyncEngine) -> AsyncIterator[tuple[AsyncConnection, Any]]:
    """Yield a connection out of the pool and its driver's: locks and listening end with it, in any case at once."""
    async with engine.connect() as pooled:
        connection = await pooled.execution_options(isolation_level="AUTOCOMMIT")
        driver: Any = (await connection.get_raw_connection()).driver_connection
        await connection.run_sync(Connection.detach)
        try:
            yield connection, driver
        finally:
            # SQLAlchemy only forgets a detached connection that broke, or whose work was cancelled, and leaves it
            # open; the lock would stay with it.
            driver.terminate()


async def _pause(ends: asyncio.Event, pause_ms: int) -> None:
    """Wait so long, or until the event comes."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(pause_ms / 1_000):
            await ends.wait()
