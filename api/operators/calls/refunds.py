"""What went back of calls' charges, as the ledger has it."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Row, Text, bindparam, case, func, select
from sqlalchemy.ext.asyncio import AsyncEngine

from api.operators.audit.actions import Action
from api.operators.audit.log import AuditLog
from api.operators.calls.schemas import CallRefund
from api.pages import Page, page_of, read_cursor
from api.problems import NotFoundError
from api.security import Login
from api.wallet.service import entry_id
from shared.database import reading
from shared.ledger import Purse
from shared.models import Call, LedgerEntry


@dataclass(frozen=True)
class RefundsOfCalls:
    """Reads refunds; the ledger writes them."""

    engine: AsyncEngine
    audit: AuditLog
    currency: str

    async def list(self, operator: Login, call_id: UUID, *, limit: int, cursor: str) -> Page[CallRefund]:
        """Return the refunds of one call, newest first. Raises `NotFoundError`."""
        before = read_cursor(cursor, entry_id)
        async with reading(self.engine) as connection:
            count = (await connection.execute(_COUNT, {"call_id": call_id})).scalar_one_or_none()
            if count is None:
                raise NotFoundError
            last = count if before is None else min(count, before - 1)
            # They are numbered without a gap, and the number is part of the name.
            numbers = range(last, max(0, last - limit - 1), -1)
            names = [f"refund:{call_id}:{number}" for number in numbers]
            rows = (await connection.execute(_REFUNDS, {"names": names})).all()
        await self.audit.looked(Action.CALL_VIEWED, by=operator, call_id=call_id)
        views = sorted((self._view(row, call_id) for row in rows), key=lambda each: -each.number)
        return page_of(views, limit=limit, view=lambda each: each, key=lambda each: each.number)

    def _view(self, row: Row[Any], call_id: UUID) -> CallRefund:
        return CallRefund(
            call_id=call_id,
            number=int(row.operation.rsplit(":", 1)[1]),
            amount_minor=int(row.given_minor),
            taken_back_minor=int(row.taken_minor),
            currency=self.currency,
            reason=row.reason,
            actor_id=row.actor_id,
            created_at=row.created_at,
        )


def _sum_of(purse: Purse) -> Any:
    return func.coalesce(func.sum(case((LedgerEntry.purse == purse.value, LedgerEntry.amount_minor))), 0)


_COUNT = select(Call.refund_count).where(Call.id == bindparam("call_id"))
_REFUNDS = (
    select(
        LedgerEntry.operation,
        LedgerEntry.reason,
        LedgerEntry.actor_id,
        LedgerEntry.created_at,
        _sum_of(Purse.CREDIT).label("given_minor"),
        (-_sum_of(Purse.EARNINGS)).label("taken_minor"),
    )
    .where(LedgerEntry.operation == bindparam("names", type_=ARRAY(Text)).any_())
    .group_by(LedgerEntry.operation, LedgerEntry.reason, LedgerEntry.actor_id, LedgerEntry.created_at)
)
