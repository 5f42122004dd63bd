"""Removes what is over: where people were logged in, with the tokens of that, and counts of no more use."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any

from sqlalchemy import Delete, bindparam, delete, exists, or_, select
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.clock import Clock
from shared.database import transaction
from shared.models import RefreshToken, Session, Throttle

REMOVED_MAX = 1_000
"""Rows of a kind that one transaction removes."""
TRANSACTIONS_MAX = 100
"""Of one round; what is left then goes with the next."""

log = logging.getLogger(__name__)


class Housekeeping:
    """Tidies up, round by round; any number of workers may do so at once.

    A session is over when it was ended, or when nothing can refresh it any more. It is kept for `retention` after
    that, with the address and the device that its owner would like to see after a theft. Its tokens go with it.
    """

    def __init__(self, engine: AsyncEngine, *, clock: Clock, retention: timedelta) -> None:
        self._engine = engine
        self._clock = clock
        self._retention = retention

    async def tidy(self) -> int:
        """Remove what is over; return how many sessions that were. Raises `DatabaseUnavailableError`."""
        now = self._clock.now()
        moments = {"now": now, "before": now - self._retention}
        total = 0
        for _ in range(TRANSACTIONS_MAX):
            async with transaction(self._engine) as connection:
                sessions = (await connection.execute(_SESSIONS, moments)).rowcount
                throttles = (await connection.execute(_THROTTLES, moments)).rowcount
            total += sessions
            if max(sessions, throttles) < REMOVED_MAX:
                break
        if total:
            log.info("%d sessions that are over are forgotten", total)
        return total


def _some(column: Any, *which: Any) -> Delete:
    """Remove some rows of these; those that somebody is busy with are left for the next round."""
    rows = select(column).where(*which).order_by(column).limit(REMOVED_MAX).with_for_update(skip_locked=True)
    return delete(column.class_).where(column.in_(rows.scalar_subquery()))


_REFRESHABLE = exists().where(RefreshToken.session_id == Session.id, RefreshToken.expires_at > bindparam("before"))
_SESSIONS = _some(
    Session.id,
    or_(Session.ended_at < bindparam("before"), (Session.last_used_at < bindparam("before")) & ~_REFRESHABLE),
)
_THROTTLES = _some(Throttle.key, Throttle.free_at < bindparam("now"))
