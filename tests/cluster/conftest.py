"""What tests of a cluster stand on; each breaks one, so each has its own."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.database import create_engine
from tests.billing_worker.town import Town
from tests.harness.clock import ManualClock
from tests.harness.databases import Database
from tests.harness.errors import UnavailableServiceError
from tests.harness.rabbitmq_cluster import RabbitCluster, rabbitmq_cluster


@pytest.fixture
async def cluster(anyio_backend: str) -> AsyncIterator[RabbitCluster]:
    """Three brokers on this machine; without RabbitMQ's programs that is a failure, as without a broker."""
    try:
        async with rabbitmq_cluster() as started:
            yield started
    except UnavailableServiceError as error:
        pytest.fail(str(error), pytrace=False)


@pytest.fixture
async def town(database: Database, clock: ManualClock) -> AsyncIterator[Town]:
    """An empty town."""
    engine: AsyncEngine = create_engine(database.app_url, connections_max=10)
    yield Town(engine, clock)
    await engine.dispose()
