"""Finds calls whose end never came. It only tells the queue of the call events, so it overtakes no end in there.

Ends that are not in there yet, because the broker was away, are waited for: nothing is swept until the broker has
been there for as long as a silent call is left alone.
"""

from __future__ import annotations

import logging
from datetime import timedelta

from sqlalchemy import bindparam, select
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.bus.interface import Bus, Outcome
from shared.clock import Clock
from shared.database import reading
from shared.ids import new_id
from shared.messages.events import SweepDue
from shared.messages.registry import envelope_of
from shared.models import Call

SWEPT_MAX = 500
"""Calls found in one round; the others are there in the next."""

log = logging.getLogger(__name__)


class Supervision:
    """Looks for silent calls, round by round; a sweep published twice, or in vain, changes nothing."""

    def __init__(self, engine: AsyncEngine, *, bus: Bus, clock: Clock, grace_ms: int) -> None:
        self._engine = engine
        self._bus = bus
        self._clock = clock
        self._grace_ms = grace_ms
        self._grace = timedelta(milliseconds=grace_ms)
        self._connected_since_ms: int | None = None

    async def look(self) -> int:
        """Publish a sweep for each call whose lease ran out long ago; return how many the bus took.

        Raises `DatabaseUnavailableError`.
        """
        if not self._ends_had_time():
            return 0
        sweeps = await self._find()
        if not sweeps:
            return 0
        outcomes = await self._bus.publish([envelope_of(sweep) for sweep in sweeps])
        taken = outcomes.count(Outcome.CONFIRMED)
        for sweep in sweeps:
            log.warning("Call %s is silent: to be closed at its last proof", sweep.call_id)
        if taken < len(sweeps):
            log.warning("The bus took %d of %d sweeps; the others come with the next round", taken, len(sweeps))
        return taken

    def _ends_had_time(self) -> bool:
        """Whether signaling could long since publish what it had to keep while the broker was away."""
        now_ms = self._clock.monotonic_ms()
        if not self._bus.connected:
            self._connected_since_ms = None
        elif self._connected_since_ms is None:
            self._connected_since_ms = now_ms
        return self._connected_since_ms is not None and now_ms - self._connected_since_ms >= self._grace_ms

    async def _find(self) -> list[SweepDue]:
        async with reading(self._engine) as connection:
            rows = await connection.execute(_SILENT, {"before": self._clock.now() - self._grace})
            return [
                SweepDue(event_id=new_id(), call_id=call_id, minutes_held=minutes_held, epoch=epoch)
                for call_id, minutes_held, epoch in rows
            ]


_SILENT = (
    select(Call.id, Call.minutes_held, Call.epoch)
    .where(Call.settled_at.is_(None), Call.lease_ends_at < bindparam("before"))
    .order_by(Call.lease_ends_at)
    .limit(SWEPT_MAX)
)
