"""The fixtures that tests ask for by name."""

import os
import shutil
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from uuid import uuid4

import pytest

from tests.harness.broker import Broker, BrokerAddress
from tests.harness.clock import ManualClock
from tests.harness.coturn import Coturns, TurnAddress
from tests.harness.databases import Database, make_database
from tests.harness.desk import DeskWindow
from tests.harness.errors import UnavailableServiceError
from tests.harness.leftovers import make_folder
from tests.harness.postgres import PostgresAddress
from tests.harness.programs import Programs
from tests.harness.rabbitmq import make_private_broker
from tests.harness.sql import drop_database
from tests.harness.vhosts import VirtualHosts, virtual_hosts

VHOSTS_MADE_TOGETHER = 10


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """The programs run on asyncio; one loop for the whole session, so that its fixtures can be used in tests."""
    return "asyncio"


@pytest.fixture
def clock() -> ManualClock:
    """Time that stands still until the test moves it."""
    return ManualClock()


@pytest.fixture(scope="session")
def postgres_server(desk: DeskWindow) -> PostgresAddress:
    """A real PostgreSQL where the test may create databases and roles."""
    try:
        return desk.postgres()
    except UnavailableServiceError as error:
        pytest.fail(str(error), pytrace=False)


@pytest.fixture(scope="session")
def database_template(desk: DeskWindow, postgres_server: PostgresAddress) -> str:
    """The migrated database that others are copies of."""
    try:
        return desk.template()
    except UnavailableServiceError as error:
        pytest.fail(str(error), pytrace=False)


@pytest.fixture
async def database(
    anyio_backend: str, postgres_server: PostgresAddress, database_template: str
) -> AsyncIterator[Database]:
    """A database of the test's own, at the newest schema and empty."""
    made = await make_database(postgres_server, _unique(postgres_server.prefix), template=database_template)
    yield made
    await drop_database(postgres_server.owner_url, made.name)


@pytest.fixture
async def empty_database(anyio_backend: str, postgres_server: PostgresAddress) -> AsyncIterator[Database]:
    """A database of the test's own, without any schema: for tests of the migrations themselves."""
    made = await make_database(postgres_server, _unique(postgres_server.prefix))
    yield made
    await drop_database(postgres_server.owner_url, made.name)


@pytest.fixture(scope="session")
def rabbitmq(desk: DeskWindow) -> BrokerAddress:
    """A real RabbitMQ that others use too: take a `vhost_url` of it, and never stop it."""
    try:
        return desk.rabbitmq()
    except UnavailableServiceError as error:
        pytest.fail(str(error), pytrace=False)


class VirtualHostStock:
    """Names made ahead, since making several at once costs as much as one."""

    def __init__(self, address: BrokerAddress) -> None:
        self.address = address
        self._vhosts: VirtualHosts = virtual_hosts(address)
        self._fresh: list[str] = []
        self._used: list[str] = []

    async def take(self, *, for_the_session: bool = False) -> str:
        """Return the URL of an empty virtual host; one not for the session is deleted some tests later."""
        if not self._fresh:
            made_together = 1 if self.address.management_url else VHOSTS_MADE_TOGETHER
            self._fresh = [_unique(self.address.prefix) for _ in range(made_together)]
            await self._vhosts.change(create=self._fresh, delete=self._used)
            self._used = []
        taken = self._fresh.pop()
        if not for_the_session:
            self._used.append(taken)
        return self.address.vhost_url(taken)


@pytest.fixture(scope="session")
def vhost_stock(rabbitmq: BrokerAddress) -> VirtualHostStock:
    """Virtual hosts of the shared broker."""
    return VirtualHostStock(rabbitmq)


@pytest.fixture
async def vhost_url(anyio_backend: str, vhost_stock: VirtualHostStock) -> str:
    """The URL of an empty virtual host of the test's own."""
    return await vhost_stock.take()


@dataclass(frozen=True, slots=True)
class PrivateRabbit:
    """A broker that the test may stop, kill and freeze, and a virtual host of its own on it."""

    broker: Broker
    vhost_url: str

    @property
    def management_url(self) -> str | None:
        """Return the address of the management interface, with user and password."""
        return self.broker.address.management_url

    async def start(self) -> None:
        """Start it again; returns when it takes connections."""
        await self.broker.start()

    async def stop(self) -> None:
        """Stop it in good order (some seconds)."""
        await self.broker.stop()

    async def kill(self) -> None:
        """End it as a power cut would."""
        await self.broker.kill()

    async def freeze(self) -> None:
        """Stop it in its tracks: connections stay open and nobody answers."""
        await self.broker.freeze()

    async def thaw(self) -> None:
        """Let it go on."""
        await self.broker.thaw()


@pytest.fixture(scope="session")
async def private_broker(anyio_backend: str) -> AsyncIterator[Broker]:
    """This worker's own RabbitMQ; tests use `private_rabbitmq`."""
    try:
        broker = await make_private_broker(os.environ)
    except UnavailableServiceError as error:
        pytest.fail(str(error), pytrace=False)
    try:
        yield broker
    finally:
        await broker.remove()


@pytest.fixture
async def private_rabbitmq(anyio_backend: str, private_broker: Broker) -> AsyncIterator[PrivateRabbit]:
    """A RabbitMQ for tests of outages, running and healthy at the start, whatever the test before did to it."""
    await private_broker.start()
    url = await VirtualHostStock(private_broker.address).take()
    yield PrivateRabbit(private_broker, url)
    await private_broker.thaw()


@pytest.fixture(scope="session")
def coturn(desk: DeskWindow) -> TurnAddress:
    """A real TURN server that others use too, honouring two secrets; loudly skipped where there can be none.

    On a CI server (`CI` is set) that is a failure.
    """
    try:
        return desk.coturn()
    except UnavailableServiceError as error:
        if os.environ.get("CI"):
            pytest.fail(str(error), pytrace=False)
        pytest.skip(str(error))


@pytest.fixture
async def coturns(anyio_backend: str, coturn: TurnAddress) -> AsyncIterator[Coturns]:
    """Starts TURN servers of the test's own, with the secrets it wants; none outlives the test."""
    async with Coturns(os.environ) as started:
        yield started


@pytest.fixture
async def programs(anyio_backend: str) -> AsyncIterator[Programs]:
    """Starts whole programs; none outlives the test."""
    launcher = Programs()
    yield launcher
    await launcher.close()


_numbers = count(1)


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that every user can pass through.

    As root, PostgreSQL is another one's; pytest's own folders are closed to that, whenever a session begins.
    """
    folder = make_folder()
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


def _unique(prefix: str) -> str:
    return f"{prefix}{next(_numbers)}_{uuid4().hex[:8]}"
