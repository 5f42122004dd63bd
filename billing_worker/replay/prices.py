"""Prices that operators set, in a replay."""

from __future__ import annotations

from sqlalchemy import bindparam, exists, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from billing_worker.replay.refusing import ReplayRefusedError
from billing_worker.settlement.charging import judge
from shared.ledger import Ledger
from shared.messages.events import PriceSet
from shared.models import PriceChange


async def set_price(connection: AsyncConnection, event: PriceSet, ledger: Ledger) -> None:
    """Have the price set and remembered, unless it was set again since. Raises `ReplayRefusedError`."""
    same = {"account_id": event.account_id, "what": event.what, "set_at": event.set_at}
    if await connection.scalar(_SET_SINCE, same):
        raise ReplayRefusedError(f"set again since: the {event.what} of {event.account_id or 'new accounts'}")
    if event.account_id is not None:
        wallet = ledger.wallets[event.account_id]
        match event.what:
            case "price":
                ledger.set_price(event.account_id, event.after or 0)
            case "asking_price":
                ledger.set_asking_price(event.account_id, event.after, earning_share_bp=wallet.earning_share_bp)
            case "earning_share":
                ledger.set_asking_price(
                    event.account_id, wallet.asking_price_minor, earning_share_bp=event.after or 0
                )
            case "default_price":
                raise ReplayRefusedError(f"a default price of one account: {event.account_id}")
        judge(event.account_id, ledger)
    await connection.execute(
        insert(PriceChange).values(
            account_id=event.account_id,
            what=event.what,
            before=event.before,
            after=event.after,
            actor_id=event.actor_id,
            actor_name=event.actor_name,
            reason=event.reason,
            created_at=event.set_at,
        )
    )


_SET_SINCE = select(
    exists().where(
        PriceChange.account_id.is_not_distinct_from(bindparam("account_id", type_=PriceChange.account_id.type)),
        PriceChange.what == bindparam("what"),
        PriceChange.created_at > bindparam("set_at", type_=PriceChange.created_at.type),
    )
)
