"""The installations that journeys run on; most share one of each kind, those that break it take their own."""

import os
import shutil
from collections.abc import AsyncIterator

import httpx
import pytest

from tests.harness.databases import Database, make_database
from tests.harness.fixtures import VirtualHostStock
from tests.harness.leftovers import make_folder
from tests.harness.postgres import PostgresAddress
from tests.harness.programs import Programs
from tests.harness.sql import drop_database
from tests.journeys.installation import Installation, Separate, start_all_in_one


@pytest.fixture(scope="session")
async def http(anyio_backend: str) -> AsyncIterator[httpx.AsyncClient]:
    """One client for everybody's REST requests."""
    async with httpx.AsyncClient(timeout=15, trust_env=False) as client:
        yield client


@pytest.fixture(scope="session")
async def session_programs(anyio_backend: str) -> AsyncIterator[Programs]:
    """Programs that several journeys share."""
    launcher = Programs()
    yield launcher
    await launcher.close()


@pytest.fixture(scope="session")
async def session_database(postgres_server: PostgresAddress, database_template: str) -> AsyncIterator[Database]:
    """The database that several journeys share."""
    name = f"{postgres_server.prefix}journeys_{os.getpid()}"
    made = await make_database(postgres_server, name, template=database_template)
    yield made
    await drop_database(postgres_server.owner_url, made.name)


@pytest.fixture(scope="session")
async def separate(
    session_programs: Programs, session_database: Database, vhost_stock: VirtualHostStock, http: httpx.AsyncClient
) -> Separate:
    """Three processes around PostgreSQL and RabbitMQ."""
    return await Separate.start(
        session_programs, session_database, await vhost_stock.take(for_the_session=True), http
    )


@pytest.fixture(scope="session")
async def all_in_one(session_programs: Programs, http: httpx.AsyncClient) -> AsyncIterator[Installation]:
    """`talktime run`: one process, the in-process bus, a PostgreSQL of its own."""
    folder = make_folder()
    made = await start_all_in_one(session_programs, folder / "data", http)
    yield made
    await made.running["run"].stop()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session", params=["separate", "all_in_one"])
def installation(request: pytest.FixtureRequest) -> Installation:
    """Both ways of running the product, one after the other."""
    found: Installation = request.getfixturevalue(request.param)
    return found


@pytest.fixture
async def own_separate(programs: Programs, database: Database, vhost_url: str, http: httpx.AsyncClient) -> Separate:
    """Three processes that the test may kill."""
    return await Separate.start(programs, database, vhost_url, http)
