"""Books with everything in them, made once and copied for each test."""

from collections.abc import AsyncIterator
from uuid import uuid4

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.database import create_engine
from tests.api.world import running_api
from tests.billing_worker.audit.firm import Names, keep_books
from tests.harness.clock import ManualClock
from tests.harness.databases import Database, make_database
from tests.harness.postgres import PostgresAddress
from tests.harness.sql import drop_database


@pytest.fixture(scope="session")
async def kept_books(
    anyio_backend: str, postgres_server: PostgresAddress, database_template: str
) -> AsyncIterator[tuple[str, Names, ManualClock]]:
    """The name of a database with books in it, what is in them, and what time it is there."""
    clock = ManualClock()
    name = f"{postgres_server.prefix}books_{uuid4().hex[:8]}"
    made = await make_database(postgres_server, name, template=database_template)
    async with running_api(made.app_url, clock) as api:
        names = await keep_books(api, clock)
    yield name, names, clock
    await drop_database(postgres_server.owner_url, name)


@pytest.fixture
async def books(
    kept_books: tuple[str, Names, ManualClock], postgres_server: PostgresAddress
) -> AsyncIterator[Database]:
    """A copy of the books of the test's own."""
    name = f"{postgres_server.prefix}copy_{uuid4().hex[:8]}"
    made = await make_database(postgres_server, name, template=kept_books[0])
    yield made
    await drop_database(postgres_server.owner_url, name)


@pytest.fixture
def names(kept_books: tuple[str, Names, ManualClock]) -> Names:
    """What is in the books."""
    return kept_books[1]


@pytest.fixture
def clock(kept_books: tuple[str, Names, ManualClock]) -> ManualClock:
    """The time at which the books were kept."""
    return ManualClock(kept_books[2].now())


@pytest.fixture
async def engine(books: Database) -> AsyncIterator[AsyncEngine]:
    """The copy, as the role of the programs."""
    engine = create_engine(books.app_url, connections_max=10)
    yield engine
    await engine.dispose()


@pytest.fixture(scope="session")
async def owner(
    kept_books: tuple[str, Names, ManualClock], postgres_server: PostgresAddress
) -> AsyncIterator[AsyncEngine]:
    """The one copy of those tests that damage it and take that back, as whoever owns the tables."""
    name = f"{postgres_server.prefix}damaged_{uuid4().hex[:8]}"
    made = await make_database(postgres_server, name, template=kept_books[0])
    engine = create_engine(made.owner_url, connections_max=1)
    yield engine
    await engine.dispose()
    await drop_database(postgres_server.owner_url, name)
