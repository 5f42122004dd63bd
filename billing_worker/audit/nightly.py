"""Has the books looked through once a day, by one worker, however many there are."""

from __future__ import annotations

import asyncio
import logging
from datetime import datetime, time, timedelta

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncEngine

from billing_worker.audit.auditing import Report, audit
from billing_worker.audit.keeping import keep, last_kept
from shared.clock import Clock
from shared.database import transaction
from shared.rounds import Rounds
from shared.settings import Settings

LOCK_ID = 7_425_033
"""Advisory lock of the one worker that audits."""
LOOK_MS = 30_000
"""How often a worker sees whether it is time."""
DAY = timedelta(days=1)

log = logging.getLogger(__name__)


class NightlyAudit:
    """Audits when the time of day has come and nobody has audited since; also when that was missed.

    `at` is in UTC. Where the books were never looked through, the first time of day after the start counts.
    """

    def __init__(self, engine: AsyncEngine, *, clock: Clock, at: time, overdue: timedelta) -> None:
        self._engine = engine
        self._clock = clock
        self._at = at
        self._overdue = overdue
        self._since: datetime | None = None
        self._began_at = clock.now()
        self._rounds = Rounds("the audit of the books", self.look, pause_ms=LOOK_MS)
        self._auditing: asyncio.Task[Report | None] | None = None

    @classmethod
    def of(cls, settings: Settings, engine: AsyncEngine, *, clock: Clock) -> NightlyAudit:
        """Return the one that the settings want."""
        overdue = timedelta(seconds=settings.audit_overdue_seconds)
        return cls(engine, clock=clock, at=time.fromisoformat(settings.audit_at), overdue=overdue)

    def start(self) -> None:
        """Look from now on."""
        self._rounds.start()

    async def stop(self) -> None:
        """Look no more. An audit under way is given up: another worker does it, or the next start."""
        if self._auditing is not None:
            self._auditing.cancel()
        await self._rounds.stop()

    async def look(self) -> Report | None:
        """Audit where it is time to, and say what was found. Raises `DatabaseUnavailableError`."""
        if not await self._is_due():
            return None
        self._auditing = asyncio.create_task(self._audit_alone(), name="nightly audit")
        await asyncio.wait({self._auditing})
        return None if self._auditing.cancelled() else self._auditing.result()

    async def _audit_alone(self) -> Report | None:
        # The lock ends with the transaction, in any case; while it is open nothing else is done in it.
        async with transaction(self._engine) as connection:
            is_alone = await connection.scalar(select(func.pg_try_advisory_xact_lock(LOCK_ID)))
            # Asked again: whoever had the lock before may just have done it.
            if not is_alone or not await self._is_due():
                return None
            report = await audit(self._engine, clock=self._clock, overdue=self._overdue)
            await keep(self._engine, report)
        if report.found:
            log.error("The books have %d differences; the first: %s", report.differences, report.found[0].line)
        else:
            log.info("The books are in order: %d entries of %d wallets, %d calls",
                     report.entries, report.wallets, report.calls)  # fmt: skip
        return report

    async def _is_due(self) -> bool:
        """Ask the database only where it was not done by all that is known."""
        now = self._clock.now()
        due_at = latest(self._at, now)
        if self._since is None or self._since < due_at:
            # What a worker did whose clock was ahead must not keep all others from it.
            last = await last_kept(self._engine, until=now)
            self._since = self._began_at if last is None else last.started_at
        return self._since < due_at


def latest(at: time, now: datetime) -> datetime:
    """Return when it was this time of day last."""
    today = datetime.combine(now.date(), at, tzinfo=now.tzinfo)
    return today if today <= now else today - DAY
