"""Statements of the house accounts."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, func, select
from sqlalchemy.ext.asyncio import AsyncEngine

from api.statements.periods import Period
from api.statements.table import OPERATORS_COLUMNS, Table
from api.wallet.operations import references_of
from shared.clock import Clock
from shared.database import outages_told
from shared.ledger import House
from shared.models import LedgerEntry

BATCH = 500
COLUMNS = tuple(name for name in OPERATORS_COLUMNS if name != "seq")
"""House accounts have no numbers of their own: every operation would wait for every other one."""


@dataclass(frozen=True)
class HouseStatements:
    """Reads the statements with a cursor of the server's, on one snapshot: they are sorted once, however long."""

    engine: AsyncEngine
    clock: Clock
    currency: str

    async def of(self, house: House, period: Period) -> AsyncIterator[bytes]:
        """Yield the statement as CSV."""
        which = {"house_": house.value, "since": period.since, "until": period.until}
        with outages_told():
            async with self.engine.connect() as connection:
                await connection.execution_options(isolation_level="REPEATABLE READ")
                opening_minor = (await connection.execute(_OPENING, which)).scalar_one()
                table = Table(COLUMNS, currency=self.currency, opening_minor=int(opening_minor))
                yield table.head(period.since)
                found = await connection.stream(_ENTRIES, which, execution_options={"yield_per": BATCH})
                async for batch in found.partitions(BATCH):
                    yield table.entries(map(_entry, batch))
        yield table.foot(max(period.since, min(period.until, self.clock.now())))


def _entry(row: Any) -> dict[str, Any]:
    return {**row._mapping, **references_of(row.operation)._asdict()}


_OF_HOUSE = LedgerEntry.house == bindparam("house_")
_OPENING = select(func.coalesce(func.sum(LedgerEntry.amount_minor), 0)).where(
    _OF_HOUSE, LedgerEntry.created_at < bindparam("since")
)
_ENTRIES = (
    select(
        LedgerEntry.created_at.label("booked_at"),
        LedgerEntry.occurred_at,
        LedgerEntry.operation,
        LedgerEntry.amount_minor,
        LedgerEntry.reason,
        LedgerEntry.actor_id,
    )
    .where(_OF_HOUSE, LedgerEntry.created_at >= bindparam("since"), LedgerEntry.created_at < bindparam("until"))
    .order_by(LedgerEntry.created_at, LedgerEntry.operation, LedgerEntry.leg)
)
