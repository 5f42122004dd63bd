"""Removes what is over: where people were logged in, counts and keys of no more use, and nodes that are gone."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import Delete, bindparam, delete, exists, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncEngine

from billing_worker.presence.forgetting import forget_silent_nodes
from shared.clock import Clock
from shared.database import transaction
from shared.models import Base, IdempotencyKey, RefreshToken, Session, Throttle

REMOVED_MAX = 1_000
"""Rows of a kind that one transaction removes."""
TRANSACTIONS_MAX = 100
"""Of one round; what is left then goes with the next."""

log = logging.getLogger(__name__)


class Housekeeping:
    """Tidies up, round by round; any number of workers may do so at once.

    A session is over when it was ended, or when nothing can refresh it any more. It is kept for `retention` after
    that, with the address and the device that its owner would like to see after a theft. Its tokens go with it.
    The key of a request is kept for `key_retention` after the request, with the answer to be given again.
    """

    def __init__(
        self, engine: AsyncEngine, *, clock: Clock, retention: timedelta, key_retention: timedelta
    ) -> None:
        self._engine = engine
        self._clock = clock
        self._retention = retention
        self._key_retention = key_retention

    async def tidy(self) -> int:
        """Remove what is over; return how many sessions that were. Raises `DatabaseUnavailableError`."""
        now = self._clock.now()
        moments = {"now": now, "before": now - self._retention, "keys_before": now - self._key_retention}
        total = 0
        for _ in range(TRANSACTIONS_MAX):
            async with transaction(self._engine) as connection:
                sessions = (await connection.execute(_SESSIONS, moments)).rowcount
                throttles = (await connection.execute(_THROTTLES, moments)).rowcount
                keys = (await connection.execute(_KEYS, moments)).rowcount
            total += sessions
            if max(sessions, throttles, keys) < REMOVED_MAX:
                break
        async with transaction(self._engine) as connection:
            await forget_silent_nodes(connection, now=now)
        if total:
            log.info("%d sessions that are over are forgotten", total)
        return total


def _some(table: type[Base], columns: Sequence[Any], *which: Any) -> Delete:
    """Remove some rows of these, which the columns name; those that somebody is busy with are left for later."""
    rows = select(*columns).where(*which).order_by(*columns).limit(REMOVED_MAX).with_for_update(skip_locked=True)
    return delete(table).where(tuple_(*columns).in_(rows))


_REFRESHABLE = exists().where(RefreshToken.session_id == Session.id, RefreshToken.expires_at > bindparam("before"))
_SESSIONS = _some(
    Session,
    [Session.id],
    or_(Session.ended_at < bindparam("before"), (Session.last_used_at < bindparam("before")) & ~_REFRESHABLE),
)
_THROTTLES = _some(Throttle, [Throttle.key], Throttle.free_at < bindparam("now"))
_KEYS = _some(
    IdempotencyKey,
    [IdempotencyKey.account_id, IdempotencyKey.key],
    IdempotencyKey.started_at < bindparam("keys_before"),
)
