"""Engines and accounts for the tests of what touches the database."""

from collections.abc import AsyncIterator, Awaitable, Callable
from uuid import UUID

import pytest
from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.database import create_engine, transaction
from shared.ids import new_id
from shared.ledger import Ledger, open_wallet
from shared.models import Account
from tests.harness.clock import START
from tests.harness.databases import Database

CONNECTIONS_MAX = 10

MakeAccount = Callable[..., Awaitable[UUID]]


@pytest.fixture
async def engine(database: Database) -> AsyncIterator[AsyncEngine]:
    """The database as the programs see it."""
    made = create_engine(database.app_url, connections_max=CONNECTIONS_MAX)
    yield made
    await made.dispose()


@pytest.fixture
async def owner_engine(database: Database) -> AsyncIterator[AsyncEngine]:
    """The database as the owner of its tables sees it."""
    made = create_engine(database.owner_url, connections_max=CONNECTIONS_MAX)
    yield made
    await made.dispose()


@pytest.fixture
def make_account(engine: AsyncEngine) -> MakeAccount:
    """Makes accounts with wallets."""

    async def make(*, balance_minor: int = 0, price_minor: int = 10) -> UUID:
        account_id = new_id()
        name = f"user-{account_id.hex}"
        async with transaction(engine) as connection:
            values = {"id": account_id, "email": f"{name}@example.org", "user_name": name, "password_hash": "x"}
            await connection.execute(insert(Account).values(values))
            await open_wallet(connection, account_id, price_minor=price_minor)
            if balance_minor:
                ledger = await Ledger.open(connection, [account_id], now=START)
                ledger.top_up(account_id, balance_minor, payment_id=new_id())
                await ledger.save()
        return account_id

    return make
