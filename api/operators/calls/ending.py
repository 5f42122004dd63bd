"""Asking for the end of calls. Signaling ends them, and measures what they cost."""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from api.operators.audit.actions import Action
from api.operators.audit.log import AuditLog
from api.operators.calls.schemas import EndAsked
from api.problems import ApiError, NotFoundError, ProblemType
from api.security import Login
from shared.clock import Clock
from shared.database import transaction
from shared.ids import new_id
from shared.messages.notices import CallEndAsked
from shared.models import Call
from shared.outbox import store


class CallOverError(ApiError):
    """The call has ended already."""

    problem_type = ProblemType.CALL_OVER


class AskedCall(NamedTuple):
    """A live call whose end was asked."""

    id: UUID
    caller_id: UUID
    end_asked_at: datetime


@dataclass(frozen=True)
class CallEndings:
    """Ends calls at operators' words."""

    engine: AsyncEngine
    clock: Clock
    audit: AuditLog

    async def ask(self, operator: Login, call_id: UUID, reason: str) -> EndAsked:
        """Have the call ended; asked again, the node is told again. Raises `NotFoundError`, `CallOverError`."""
        async with transaction(self.engine) as connection:
            asked = await ask_to_end(connection, Call.id == call_id, now=self.clock.now())
            if not asked:
                known = await connection.execute(select(Call.id).where(Call.id == call_id))
                raise NotFoundError if known.first() is None else CallOverError
            await self.audit.record(connection, Action.CALL_END_ASKED, by=operator, reason=reason, call_id=call_id)
        return EndAsked(call_id, asked[0].end_asked_at)


async def ask_to_end(connection: AsyncConnection, which: ColumnElement[bool], *, now: datetime) -> list[AskedCall]:
    """Let those of these calls that are live have no further minute, and tell their nodes; return them."""
    # Locked in one order, as billing locks them.
    live = select(Call.id).where(which, Call.settled_at.is_(None)).order_by(Call.id).with_for_update(key_share=True)
    asked = await connection.execute(
        update(Call)
        .where(Call.id.in_(live))
        .values(end_asked_at=func.coalesce(Call.end_asked_at, now))
        .returning(Call.id, Call.caller_id, Call.end_asked_at)
    )
    rows = [AskedCall(row.id, row.caller_id, row.end_asked_at or now) for row in asked]
    # The caller's devices are where the call is.
    notices = [CallEndAsked(notice_id=new_id(), account_id=row.caller_id, call_id=row.id) for row in rows]
    await store(connection, notices)
    return rows
