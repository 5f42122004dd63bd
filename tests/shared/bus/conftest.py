"""The transports as fixtures."""

from collections.abc import AsyncIterator

import pytest

from shared.bus.interface import Bus
from tests.harness.clock import ManualClock
from tests.shared.bus.transports import Memory, Rabbit, Transport


@pytest.fixture(params=["memory", "rabbitmq"])
def transport_url(request: pytest.FixtureRequest) -> str | None:
    """The broker's address; None where there is no broker."""
    if request.param == "memory":
        return None
    url: str = request.getfixturevalue("vhost_url")
    return url


@pytest.fixture
async def transport(anyio_backend: str, transport_url: str | None) -> AsyncIterator[Transport]:
    """A started transport."""
    made: Transport = Memory() if transport_url is None else Rabbit(transport_url)
    await made.bus.start()
    yield made
    await made.close()


@pytest.fixture
async def clocked(anyio_backend: str, transport_url: str | None, clock: ManualClock) -> AsyncIterator[Transport]:
    """A started transport whose time the test moves."""
    made: Transport = Memory(clock=clock) if transport_url is None else Rabbit(transport_url, clock=clock)
    await made.bus.start()
    yield made
    await made.close()


@pytest.fixture
def bus(transport: Transport) -> Bus:
    """The bus of the transport."""
    return transport.bus


@pytest.fixture
async def rabbit(anyio_backend: str, vhost_url: str) -> AsyncIterator[Rabbit]:
    """A started RabbitMQ transport."""
    made = Rabbit(vhost_url)
    await made.bus.start()
    yield made
    await made.close()
