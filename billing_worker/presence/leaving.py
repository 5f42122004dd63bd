"""Who is no longer at a node, because it says so or fell silent; those who share it were seen there last."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, Uuid, bindparam, delete, func, update
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.models import Account, Presence


async def leave(connection: AsyncConnection, node: str, account_ids: Sequence[UUID], *, seen_at: datetime) -> None:
    """Note that these accounts are at the node no more; `seen_at` they were there for the last time."""
    if account_ids:
        await _remove(connection, Presence.account_id == _given("account_ids").any_(), node, account_ids, seen_at)


async def leave_all(connection: AsyncConnection, node: str, *, but: Sequence[UUID] = (), seen_at: datetime) -> None:
    """Note that nobody is at the node any more but these."""
    await _remove(connection, Presence.account_id != _given("account_ids").all_(), node, but, seen_at)


async def _remove(
    connection: AsyncConnection, which: ColumnElement[bool], node: str, ids: Sequence[UUID], seen_at: datetime
) -> None:
    gone = await connection.scalars(
        delete(Presence).where(Presence.node == node, which).returning(Presence.account_id),
        {"account_ids": list(ids)},
    )
    left = sorted(gone.all())
    if left:
        await connection.execute(_SEEN, {"account_ids": left, "seen_at": seen_at})


def _given(name: str) -> Any:
    return bindparam(name, type_=ARRAY(Uuid))


_SEEN = (
    update(Account)
    .where(Account.id == _given("account_ids").any_(), Account.last_seen_shared, Account.disabled_at.is_(None))
    .values(last_seen_at=func.greatest(Account.last_seen_at, bindparam("seen_at")))
)
"""Asked of the row itself, at the moment of the write: who stops sharing meanwhile is not written down."""
