"""One round of the relay: the oldest rows of the outbox, published together, deleted where the broker has them."""

from __future__ import annotations

import logging
from collections.abc import Collection
from enum import StrEnum
from typing import Any

from sqlalchemy import ARRAY, BigInteger, Row, bindparam, delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.bus.interface import Bus, Envelope, Outcome
from shared.bus.topology import ACCOUNTS, PRESENCE
from shared.clock import Clock
from shared.failpoints import Failpoint, failpoint
from shared.models import OutboxMessage

UNWANTED_MS = 5_000
"""How long a message that no queue wanted is left alone, so that it does not hold up the others."""
UNWANTED_MAX = 10_000
OF_ACCOUNTS = frozenset({ACCOUNTS.name, PRESENCE.name})
"""Exchanges whose messages are for whoever is there at the moment."""

log = logging.getLogger(__name__)


class Round(StrEnum):
    """What a round came to."""

    EMPTY = "empty"
    """Nothing is left that could be published now."""
    MORE = "more"
    """There may be further rows."""
    FAILED = "failed"
    """The broker did not take all of them: try again later."""


class Outgoing:
    """Publishes rows on the connection of the one relay that works."""

    def __init__(self, bus: Bus, *, clock: Clock, batch_max: int) -> None:
        self._bus = bus
        self._clock = clock
        self._batch_max = batch_max
        self._unwanted: set[int] = set()
        self._unwanted_until_ms = 0

    async def publish_oldest(self, connection: AsyncConnection) -> Round:
        """Publish up to a batch of rows, oldest first, and delete what was delivered."""
        if self._clock.monotonic_ms() >= self._unwanted_until_ms:
            self._unwanted.clear()
        rows = (await connection.execute(_OLDEST, {"but": list(self._unwanted), "most": self._batch_max})).all()
        if not rows:
            return Round.EMPTY
        outcomes = await self._bus.publish([_envelope(row) for row in rows])
        await failpoint(Failpoint.RELAY_PUBLISHED)
        said = list(zip(rows, outcomes, strict=True))
        await _delete(connection, [row.id for row, outcome in said if _is_delivered(row, outcome)])
        self._leave_alone([row for row, outcome in said if outcome is Outcome.UNROUTABLE])
        missed = sum(outcome in {Outcome.REFUSED, Outcome.UNKNOWN} for outcome in outcomes)
        if missed:
            log.warning(
                "The broker took %d of %d messages; the others stay in the outbox", len(rows) - missed, len(rows)
            )
        if missed or len(self._unwanted) >= UNWANTED_MAX:
            return Round.FAILED
        return Round.MORE if len(rows) == self._batch_max else Round.EMPTY

    def _leave_alone(self, unroutable: Collection[Row[Any]]) -> None:
        unwanted = [row for row in unroutable if row.exchange not in OF_ACCOUNTS]
        for row in unwanted:
            log.error("No queue wants %s %s of exchange %s; it is kept", row.type, row.message_id, row.exchange)
            self._unwanted.add(row.id)
        if unwanted:
            self._unwanted_until_ms = self._clock.monotonic_ms() + UNWANTED_MS


def _is_delivered(row: Row[Any], outcome: Outcome) -> bool:
    """A notice that no queue wants is delivered, too: nobody of that account is connected, or watches it."""
    return outcome is Outcome.CONFIRMED or (outcome is Outcome.UNROUTABLE and row.exchange in OF_ACCOUNTS)


async def _delete(connection: AsyncConnection, ids: list[int]) -> None:
    if ids:
        await connection.execute(_DELETE, {"ids": ids})


def _envelope(row: Row[Any]) -> Envelope:
    return Envelope(
        exchange=row.exchange,
        routing_key=row.routing_key,
        type=row.type,
        message_id=row.message_id,
        correlation_id=row.correlation_id,
        body=row.body.encode(),
    )


_OLDEST = (
    select(*OutboxMessage.__table__.columns)
    .where(OutboxMessage.id != bindparam("but", type_=ARRAY(BigInteger)).all_())
    .order_by(OutboxMessage.id)
    .limit(bindparam("most"))
)
_DELETE = delete(OutboxMessage).where(OutboxMessage.id == bindparam("ids", type_=ARRAY(BigInteger)).any_())
