"""Statements of accounts: of what was paid in and spent, or of what was earned."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, func, select
from sqlalchemy.ext.asyncio import AsyncEngine

from api.statements.periods import Period
from api.statements.table import COLUMNS, OPERATORS_COLUMNS, Table
from api.wallet.operations import references_of
from shared.clock import Clock
from shared.database import reading
from shared.ledger import Purse
from shared.models import LedgerEntry

BATCH = 500
"""Entries that are read at once, and the most that are in memory."""


@dataclass(frozen=True)
class Statements:
    """Reads statements. Entries never change, so each batch is a short read: slow readers hold no connection."""

    engine: AsyncEngine
    clock: Clock
    currency: str

    async def of(
        self, account_id: UUID, purse: Purse, period: Period, *, for_operators: bool = False
    ) -> AsyncIterator[bytes]:
        """Return the statement as CSV. What is booked after this is not in it."""
        which = {"wallet_id": account_id, "purse_": purse.value, "since": period.since, "until": period.until}
        async with reading(self.engine) as connection:
            opening_minor, last_seq = (await connection.execute(_OPENING, which)).one()
        columns = OPERATORS_COLUMNS if for_operators else COLUMNS
        table = Table(columns, currency=self.currency, opening_minor=int(opening_minor))
        return self._rows(table, columns, {**which, "last_seq": last_seq}, period)

    async def _rows(
        self, table: Table, columns: Sequence[str], which: dict[str, Any], period: Period
    ) -> AsyncIterator[bytes]:
        yield table.head(period.since)
        seq = 0
        while batch := await self._batch({**which, "seq_": seq}):
            seq = batch[-1].seq
            yield table.entries(_entry(row, columns) for row in batch)
        yield table.foot(max(period.since, min(period.until, self.clock.now())))

    async def _batch(self, which: dict[str, Any]) -> Sequence[Any]:
        async with reading(self.engine) as connection:
            return (await connection.execute(_BATCH, which)).all()


def _entry(row: Any, columns: Sequence[str]) -> dict[str, Any]:
    entry = {**row._mapping, **references_of(row.operation)._asdict()}
    return {name: value for name, value in entry.items() if name in columns}


_OF_PURSE = (
    LedgerEntry.wallet_id == bindparam("wallet_id"),
    LedgerEntry.purse == bindparam("purse_"),
)
_OPENING = select(
    func.coalesce(func.sum(LedgerEntry.amount_minor).filter(LedgerEntry.created_at < bindparam("since")), 0),
    func.coalesce(func.max(LedgerEntry.seq), 0),
).where(*_OF_PURSE)
_BATCH = (
    select(
        LedgerEntry.seq,
        LedgerEntry.created_at.label("booked_at"),
        LedgerEntry.occurred_at,
        LedgerEntry.operation,
        LedgerEntry.amount_minor,
        LedgerEntry.reason,
        LedgerEntry.actor_id,
    )
    .where(
        *_OF_PURSE,
        LedgerEntry.seq > bindparam("seq_"),
        LedgerEntry.seq <= bindparam("last_seq"),
        LedgerEntry.created_at >= bindparam("since"),
        LedgerEntry.created_at < bindparam("until"),
    )
    .order_by(LedgerEntry.seq)
    .limit(BATCH)
)
