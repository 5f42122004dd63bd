"""The history of one's calls."""

from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import Row, Select, and_, literal, select, union_all
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.orm import InstrumentedAttribute, aliased

from api.calls.schemas import CallView, Direction
from api.pages import Page, page_of, read_cursor
from api.problems import NotFoundError
from shared.database import reading
from shared.messages.base import EndReason, Party
from shared.models import Account, Call


@dataclass(frozen=True)
class Filter:
    """Which calls: in one direction or any, for one of these reasons or, without one, whatever the reason.

    `with_hidden` also those that the account made and must not see itself: for operators.
    """

    direction: Direction | Literal["any"]
    outcomes: tuple[EndReason, ...]
    with_hidden: bool = False


@dataclass(frozen=True)
class Calls:
    """Reads call records; billing writes them."""

    engine: AsyncEngine
    currency: str

    async def list_own(self, account_id: UUID, wanted: Filter, *, limit: int, cursor: str) -> Page[CallView]:
        """Return the calls that the account was a party of, newest first."""
        before = read_cursor(cursor, UUID)
        # Each half reads its own index in order and stops early; an OR over both parties could not.
        halves = [
            _half(side, account_id, wanted, before, limit + 1)
            for side in _SIDES
            if wanted.direction in {"any", side}
        ]
        found = union_all(*halves).subquery()
        newest = select(found).order_by(found.c.id.desc()).limit(limit + 1)
        async with reading(self.engine) as connection:
            rows = (await connection.execute(newest)).all()
        return page_of(rows, limit=limit, view=self._view, key=lambda row: row.id)

    async def get_own(self, account_id: UUID, call_id: UUID) -> CallView:
        """Return one of these calls. Raises `NotFoundError`."""
        halves = [_visible(side, account_id).where(Call.id == call_id) for side in _SIDES]
        async with reading(self.engine) as connection:
            row = (await connection.execute(union_all(*halves))).first()
        if row is None:
            raise NotFoundError
        return self._view(row)

    def _view(self, row: Row[Any]) -> CallView:
        is_caller = row.direction == "outgoing"
        return CallView(
            id=row.id,
            direction=row.direction,
            other=None if row.other_id is None else Party(account_id=row.other_id, user_name=row.other_name),
            authorized_at=row.authorized_at,
            started_at=row.started_at,
            ended_at=row.ended_at,
            talk_ms=row.talk_ms,
            reason=None if row.reason is None else EndReason(row.reason),
            price_minor=row.price_minor if is_caller else None,
            minutes=row.minutes if is_caller else None,
            charge_minor=row.charge_minor if is_caller else None,
            refunded_minor=row.refunded_minor if is_caller else None,
            currency=self.currency if is_caller else None,
        )


_SIDES: dict[Direction, tuple[InstrumentedAttribute[Any], InstrumentedAttribute[Any]]] = {
    "outgoing": (Call.caller_id, Call.callee_id),
    "incoming": (Call.callee_id, Call.caller_id),
}
_other = aliased(Account)


def _of(side: Direction, account_id: UUID) -> Select[Any]:
    """The calls in which the account was on this side."""
    own, others = _SIDES[side]
    return (
        select(
            literal(side).label("direction"),
            *Call.__table__.columns,
            _other.id.label("other_id"),
            _other.user_name.label("other_name"),
        )
        .outerjoin(_other, and_(_other.id == others, _other.deleted_at.is_(None)))
        .where(own == account_id)
    )


def _visible(side: Direction, account_id: UUID) -> Select[Any]:
    """Those of them that the account may see."""
    calls = _of(side, account_id)
    return calls if side == "incoming" else calls.where(Call.hidden_from_caller.is_(False))


def _half(side: Direction, account_id: UUID, wanted: Filter, before: UUID | None, rows_max: int) -> Select[Any]:
    half = (_of if wanted.with_hidden else _visible)(side, account_id)
    if wanted.outcomes:
        half = half.where(Call.reason.in_(wanted.outcomes))
    if before is not None:
        half = half.where(Call.id < before)
    return select(half.order_by(Call.id.desc()).limit(rows_max).subquery())
