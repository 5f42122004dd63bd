"""Fixtures of the API's tests."""

from collections.abc import AsyncIterator

import pytest

from tests.api.office import hired
from tests.api.world import Api, User, running_api
from tests.harness.clock import ManualClock
from tests.harness.databases import Database


@pytest.fixture
async def api(database: Database, clock: ManualClock) -> AsyncIterator[Api]:
    """An API on a database of its own."""
    async with running_api(database.app_url, clock) as running:
        yield running


@pytest.fixture
async def ann(api: Api) -> User:
    """Somebody logged in."""
    return await api.register("ann")


@pytest.fixture
async def bob(api: Api) -> User:
    """Somebody else."""
    return await api.register("bob")


@pytest.fixture
async def olga(api: Api) -> User:
    """An operator, logged in as one."""
    return await hired(api, "olga")
