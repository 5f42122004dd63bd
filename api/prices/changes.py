"""Keeping the history of prices."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal, NamedTuple
from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from api.security import Login
from shared.ids import new_id
from shared.messages.events import PriceSet
from shared.models import PriceChange
from shared.outbox import store

PriceKind = Literal["price", "asking_price", "earning_share", "default_price"]


class Change(NamedTuple):
    """One price that is another now; a share is in basis points, null is no asking price."""

    what: PriceKind
    before: int | None
    after: int | None


async def keep(
    connection: AsyncConnection,
    changes: Sequence[Change],
    *,
    account_id: UUID | None,
    by: Login,
    reason: str,
    now: datetime,
) -> None:
    """Keep the changes, and announce each, in the transaction that makes them; of one account or, for all, none."""
    who = {"account_id": account_id, "actor_id": by.account_id, "actor_name": by.user_name, "reason": reason}
    for change in changes:
        await connection.execute(insert(PriceChange).values(**change._asdict(), **who, created_at=now))
    await store(
        connection, [_event(change, account_id=account_id, by=by, reason=reason, now=now) for change in changes]
    )


def _event(change: Change, *, account_id: UUID | None, by: Login, reason: str, now: datetime) -> PriceSet:
    return PriceSet(
        event_id=new_id(),
        account_id=account_id,
        what=change.what,
        before=change.before,
        after=change.after,
        reason=reason,
        actor_id=by.account_id,
        actor_name=by.user_name,
        set_at=now,
    )
