"""What a quote is made of, as it is at one moment."""

from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from api.problems import NotFoundError
from shared.database import outages_told
from shared.ledger import WALLET_COLUMNS, OpenWallet, read_wallet
from shared.models import Account, BlocklistEntry, Wallet
from shared.spending.spent import spent_since


class Found(NamedTuple):
    """Who would pay, and who would be called."""

    payer: OpenWallet
    callee: OpenWallet | None
    is_on_blocklist: bool
    """Whether the callee is on the payer's blocklist."""
    spent_today_minor: int


async def find(
    engine: AsyncEngine, payer_id: UUID, callee: ColumnElement[bool] | None, *, day_began: datetime
) -> Found:
    """Return all of it from one snapshot, as admission has it under locks. Raises `NotFoundError`."""
    with outages_told():
        async with engine.connect() as connection:
            await connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            payer = await read_wallet(connection, payer_id)
            if payer is None:
                raise NotFoundError
            called, is_on_blocklist = (None, False)
            if callee is not None:
                called, is_on_blocklist = await _callee(connection, payer_id, callee)
            spent: dict[UUID, int] = {}
            if payer.spend_day_minor_max is not None:
                spent = await spent_since(connection, [payer_id], day_began)
    return Found(payer, called, is_on_blocklist, spent.get(payer_id, 0))


def has_id(account_id: UUID) -> ColumnElement[bool]:
    """Return the condition that an account is this one."""
    return Account.id == account_id


def has_name(user_name: str) -> ColumnElement[bool]:
    """Return the condition that an account has this user name, case aside."""
    return func.lower(Account.user_name) == func.lower(user_name)


async def _callee(
    connection: AsyncConnection, payer_id: UUID, which: ColumnElement[bool]
) -> tuple[OpenWallet, bool]:
    """Return the callee's wallet; of disabled accounts, as of none, there is no quote."""
    listed = exists().where(BlocklistEntry.account_id == payer_id, BlocklistEntry.listed_id == Account.id)
    found = await connection.execute(
        select(listed, *WALLET_COLUMNS)
        .select_from(Account)
        .join(Wallet, Wallet.account_id == Account.id)
        .where(which, Account.disabled_at.is_(None))
    )
    row: Any = found.one_or_none()
    if row is None:
        raise NotFoundError
    is_listed, *wallet = row
    return OpenWallet(*wallet), is_listed
