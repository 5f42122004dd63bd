"""Who may connect, and in which call they are: read fresh, so that a missed notice lets nobody in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ARRAY, Text, Uuid, and_, bindparam, column, exists, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from billing_worker.presence.arriving import Place, arrive
from shared.ledger import WALLET_COLUMNS, OpenWallet
from shared.messages.base import LiveCallAt, Party
from shared.messages.requests import Admit, Admitted, NotAdmitted
from shared.models import Account, Call, Presence, Session, Wallet


async def admit(
    connection: AsyncConnection, requests: Sequence[Admit], *, currency: str
) -> list[Admitted | NotAdmitted]:
    """Answer all, in their order, with one select and without locks; who was elsewhere is noted with one insert.

    Where a report that somebody has left is about to undo what is noted here already, their node reports again.
    """
    rows = await connection.execute(
        _SELECT,
        {
            "account_ids": [request.account_id for request in requests],
            "session_ids": [request.session_id for request in requests],
            "nodes": [request.node for request in requests],
        },
    )
    replies: list[Admitted | NotAdmitted] = []
    arrived: list[Place] = []
    for request, (is_noted, *row) in zip(requests, rows, strict=True):
        replies.append(decide(tuple(row), currency=currency))
        if isinstance(replies[-1], Admitted) and not is_noted:
            arrived.append((request.account_id, request.node))
    await arrive(connection, arrived)
    return replies


def decide(row: tuple[Any, ...], *, currency: str) -> Admitted | NotAdmitted:
    """Answer one request from what was found of its account and session."""
    user_name, disabled_at, session_id, ended_at, call_id, node, epoch, *wallet = row
    if user_name is None or wallet[0] is None:
        return NotAdmitted(reason="unknown_account")
    if disabled_at is not None:
        return NotAdmitted(reason="disabled")
    if session_id is None or ended_at is not None:
        return NotAdmitted(reason="session_ended")
    opened = OpenWallet(*wallet)
    return Admitted(
        account=Party(account_id=opened.account_id, user_name=user_name),
        wallet=opened.state(currency),
        call=None if call_id is None else LiveCallAt(call_id=call_id, node=node, epoch=epoch),
    )


_asked = (
    func.unnest(
        bindparam("account_ids", type_=ARRAY(Uuid)),
        bindparam("session_ids", type_=ARRAY(Uuid)),
        bindparam("nodes", type_=ARRAY(Text)),
    )
    .table_valued(
        column("account_id", Uuid),
        column("session_id", Uuid),
        column("node", Text),
        with_ordinality="place",
        name="asked",
    )
    .render_derived()
)
_SELECT = (
    select(
        exists().where(Presence.account_id == _asked.c.account_id, Presence.node == _asked.c.node),
        Account.user_name,
        Account.disabled_at,
        Session.id,
        Session.ended_at,
        Call.id,
        Call.node,
        Call.epoch,
        *WALLET_COLUMNS,
    )
    .select_from(_asked)
    .outerjoin(Account, Account.id == _asked.c.account_id)
    .outerjoin(Session, and_(Session.id == _asked.c.session_id, Session.account_id == _asked.c.account_id))
    .outerjoin(Wallet, Wallet.account_id == _asked.c.account_id)
    .outerjoin(Call, and_(Call.id == Wallet.in_call_id, Call.talk_ms.is_(None)))
    .order_by(_asked.c.place)
)
