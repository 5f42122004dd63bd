"""Looks people up for those who watch them: any number of pairs in one select."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ARRAY, ColumnElement, Row, Uuid, and_, bindparam, column, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import aliased

from shared.messages.base import PersonPresence
from shared.messages.requests import WatchedPair
from shared.models import Account, BlocklistEntry, Contact, Presence, SignalingNode, Wallet
from shared.presence.deciding import Watched, presence_of


async def look(
    connection: AsyncConnection, pairs: Sequence[WatchedPair], *, now: datetime, silence: timedelta
) -> list[PersonPresence]:
    """Return what each pair's first may know of its second, in the order of the pairs.

    Nodes that were not heard of for `silence` count as gone since they were heard of last.
    """
    if not pairs:
        return []
    rows = await connection.execute(
        _SELECT,
        {"watcher_ids": [watcher for watcher, _ in pairs], "account_ids": [watched for _, watched in pairs]},
    )
    return [presence_of(_watched(row, alive_since=now - silence)) for row in rows]


def _watched(row: Row[*tuple[Any, ...]], *, alive_since: datetime) -> Watched:
    if not row.exists:
        return Watched(account_id=row.account_id, watcher_id=row.watcher_id, exists=False)
    seen = [at for at in (row.last_seen_at, row.heard_at) if at is not None]
    return Watched(
        account_id=row.account_id,
        watcher_id=row.watcher_id,
        calls_from=row.calls_from,
        presence_to=row.presence_to,
        either_blocks=row.either_blocks,
        is_contact=row.is_contact,
        connected=row.heard_at is not None and row.heard_at >= alive_since,
        do_not_disturb=row.do_not_disturb,
        in_call=row.in_call,
        last_seen_shared=row.last_seen_shared,
        last_seen_at=max(seen, default=None),
    )


_asked = (
    func.unnest(bindparam("watcher_ids", type_=ARRAY(Uuid)), bindparam("account_ids", type_=ARRAY(Uuid)))
    .table_valued(column("watcher_id", Uuid), column("account_id", Uuid), with_ordinality="place", name="asked")
    .render_derived()
)
_watcher = aliased(Account)


def _lists(model: type[BlocklistEntry | Contact], *, owner: Any, listed: Any) -> ColumnElement[bool]:
    return exists().where(model.account_id == owner, model.listed_id == listed)


_SELECT = (
    select(
        _asked.c.account_id,
        _asked.c.watcher_id,
        and_(Account.id.is_not(None), _watcher.id.is_not(None)).label("exists"),
        Account.calls_from,
        Account.presence_to,
        Account.do_not_disturb,
        Account.last_seen_shared,
        Account.last_seen_at,
        Wallet.in_call_id.is_not(None).label("in_call"),
        or_(
            _lists(BlocklistEntry, owner=_asked.c.account_id, listed=_asked.c.watcher_id),
            _lists(BlocklistEntry, owner=_asked.c.watcher_id, listed=_asked.c.account_id),
        ).label("either_blocks"),
        _lists(Contact, owner=_asked.c.account_id, listed=_asked.c.watcher_id).label("is_contact"),
        select(func.max(SignalingNode.heard_at))
        .join(Presence, Presence.node == SignalingNode.node)
        .where(Presence.account_id == _asked.c.account_id)
        .scalar_subquery()
        .label("heard_at"),
    )
    .select_from(_asked)
    .outerjoin(Account, and_(Account.id == _asked.c.account_id, Account.disabled_at.is_(None)))
    .outerjoin(_watcher, and_(_watcher.id == _asked.c.watcher_id, _watcher.disabled_at.is_(None)))
    .outerjoin(Wallet, Wallet.account_id == _asked.c.account_id)
    .order_by(_asked.c.place)
)
