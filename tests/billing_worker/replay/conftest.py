"""A town with a log, and backups of its database."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from itertools import count

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.database import create_engine
from tests.billing_worker.replay.history import History
from tests.billing_worker.town import Town
from tests.harness.databases import Database, make_database
from tests.harness.postgres import PostgresAddress
from tests.harness.sql import drop_database

BackUp = Callable[[], Awaitable[AsyncEngine]]


@pytest.fixture
def history(town: Town) -> History:
    """A town's history."""
    return History(town)


@pytest.fixture
async def back_up(
    engine: AsyncEngine, database: Database, postgres_server: PostgresAddress
) -> AsyncIterator[BackUp]:
    """Makes copies of the database as it is, to be gone back to."""
    numbers = count(1)
    async with AsyncExitStack() as stack:

        async def copy() -> AsyncEngine:
            await engine.dispose()
            name = f"{database.name}_{next(numbers)}"
            made = await make_database(postgres_server, name, template=database.name)
            stack.push_async_callback(drop_database, postgres_server.owner_url, name)
            copied = create_engine(made.app_url, connections_max=10)
            stack.push_async_callback(copied.dispose)
            return copied

        yield copy
