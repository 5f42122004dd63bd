"""What the worker's tests stand on."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.database import create_engine
from tests.billing_worker.town import Town
from tests.harness.clock import ManualClock
from tests.harness.databases import Database


@pytest.fixture
async def engine(database: Database) -> AsyncIterator[AsyncEngine]:
    """The database, as the role of the programs."""
    engine = create_engine(database.app_url, connections_max=10)
    yield engine
    await engine.dispose()


@pytest.fixture
async def town(engine: AsyncEngine, clock: ManualClock) -> Town:
    """An empty town."""
    return Town(engine, clock)
