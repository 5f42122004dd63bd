"""Looking at calls."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, and_, select
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.orm import aliased

from api.operators.audit.actions import Action
from api.operators.audit.log import AuditLog
from api.operators.calls.schemas import CallParty, CallRecord
from api.pages import Page, page_of, read_cursor
from api.problems import NotFoundError
from api.security import Login
from shared.database import reading
from shared.messages.base import EndReason
from shared.models import Account, Call


@dataclass(frozen=True)
class CallBoard:
    """Reads call records; billing writes them."""

    engine: AsyncEngine
    audit: AuditLog
    currency: str

    async def live(self, operator: Login, *, limit: int, cursor: str) -> Page[CallRecord]:
        """Return the calls that are not settled, newest first."""
        before = read_cursor(cursor, UUID)
        await self.audit.looked(Action.CALLS_LISTED, by=operator)
        wanted = _CALLS.where(Call.settled_at.is_(None)).order_by(Call.id.desc()).limit(limit + 1)
        if before is not None:
            wanted = wanted.where(Call.id < before)
        async with reading(self.engine) as connection:
            rows = (await connection.execute(wanted)).all()
        return page_of(rows, limit=limit, view=self._view, key=lambda row: row.id)

    async def view(self, operator: Login, call_id: UUID) -> CallRecord:
        """Return one call, live or over. Raises `NotFoundError`."""
        async with reading(self.engine) as connection:
            row = (await connection.execute(_CALLS.where(Call.id == call_id))).one_or_none()
        if row is None:
            raise NotFoundError
        await self.audit.looked(Action.CALL_VIEWED, by=operator, call_id=call_id)
        return self._view(row)

    def _view(self, row: Row[*tuple[Any, ...]]) -> CallRecord:
        return CallRecord(
            id=row.id,
            caller=CallParty(row.caller_id, row.caller_name),
            callee=None if row.callee_id is None else CallParty(row.callee_id, row.callee_name),
            node=row.node,
            authorized_at=row.authorized_at,
            started_at=row.started_at,
            end_asked_at=row.end_asked_at,
            proof_talk_ms=row.proof_talk_ms,
            minutes_held=row.minutes_held,
            price_minor=row.price_minor,
            currency=self.currency,
            ended_at=row.ended_at,
            talk_ms=row.talk_ms,
            minutes=row.minutes,
            charge_minor=row.charge_minor,
            refunded_minor=row.refunded_minor,
            earned_minor=row.earned_minor,
            reason=None if row.reason is None else EndReason(row.reason),
        )


_caller, _callee = aliased(Account), aliased(Account)
_CALLS: Select[*tuple[Any, ...]] = (
    select(
        *Call.__table__.columns,
        _caller.user_name.label("caller_name"),
        _callee.user_name.label("callee_name"),
    )
    .outerjoin(_caller, and_(_caller.id == Call.caller_id, _caller.deleted_at.is_(None)))
    .outerjoin(_callee, and_(_callee.id == Call.callee_id, _callee.deleted_at.is_(None)))
)
