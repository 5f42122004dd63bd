"""What all accounts come to."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from sqlalchemy import bindparam, func, select
from sqlalchemy.ext.asyncio import AsyncEngine

from api.operators.audit.actions import Action
from api.operators.audit.log import AuditLog
from api.operators.books.schemas import Books, HouseSum
from api.security import Login
from api.statements.periods import midnight
from shared.clock import Clock
from shared.database import reading
from shared.ledger import House, Purse
from shared.models import LedgerEntry


@dataclass(frozen=True)
class BooksBoard:
    """Sums the ledger up."""

    engine: AsyncEngine
    clock: Clock
    audit: AuditLog
    currency: str

    async def at(self, operator: Login, until: date) -> Books:
        """Return what was there when that day began, or is now."""
        await self.audit.looked(Action.BOOKS_VIEWED, by=operator)
        moment = midnight(until)
        sums: dict[str, tuple[int, int]] = defaultdict(lambda: (0, 0))
        async with reading(self.engine) as connection:
            rows = await connection.execute(_SUMS, {"until": moment})
            sums |= {name: (int(amount_minor), count) for name, amount_minor, count in rows}
        return Books(
            until=min(moment, self.clock.now()),
            currency=self.currency,
            houses=[HouseSum(house, *sums[house.value]) for house in House],
            credit_minor=sums[Purse.CREDIT.value][0],
            earnings_minor=sums[Purse.EARNINGS.value][0],
            total_minor=sum(amount_minor for amount_minor, _ in sums.values()),
        )


_NAME = func.coalesce(LedgerEntry.house, LedgerEntry.purse)
_SUMS = (
    select(_NAME, func.sum(LedgerEntry.amount_minor), func.count())
    .where(LedgerEntry.created_at < bindparam("until"))
    .group_by(_NAME)
)
