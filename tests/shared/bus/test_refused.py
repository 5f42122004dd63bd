"""What the log says of a broker that is there and does not let us in."""

import secrets
from urllib.parse import urlsplit

import pytest

from shared.bus.rabbit import RabbitBus
from tests.harness.broker import BrokerAddress
from tests.shared.bus.transports import PUBLISH_TIMEOUT_MS

VIRTUAL_HOST = "there is no virtual host {!r}, or the user {!r} may not use it"
LOGIN = "login refused: there is no user {!r}, it has another password, or may not come from here"


async def said_of(url: str, caplog: pytest.LogCaptureFixture) -> str:
    """Return what a bus warns of that was told to go there."""
    bus = RabbitBus(url, publish_timeout_ms=PUBLISH_TIMEOUT_MS)
    await bus.start()
    await bus.close()
    return "\n".join(record.getMessage() for record in caplog.records if record.name == "shared.bus.rabbit.link")


@pytest.mark.parametrize(
    ("path", "name"),
    [("/nonesuch", "nonesuch"), ("/a%2Fb%20c", "a/b c"), ("//nonesuch", "/nonesuch")],
)
async def test_a_virtual_host_that_is_not_there_is_named(
    rabbitmq: BrokerAddress, caplog: pytest.LogCaptureFixture, path: str, name: str
) -> None:
    """And so is the user, who may be the one who lacks the permission."""
    said = await said_of(rabbitmq.url + path, caplog)
    assert VIRTUAL_HOST.format(name, urlsplit(rabbitmq.url).username) in said
    assert "InvalidFrameError" not in said


async def test_a_login_that_is_refused_names_the_user_and_no_password(
    rabbitmq: BrokerAddress, caplog: pytest.LogCaptureFixture
) -> None:
    """G8"""
    password = secrets.token_hex(8)
    address = urlsplit(rabbitmq.url)
    said = await said_of(f"amqp://no%40body:{password}@{address.hostname}:{address.port}/", caplog)
    assert LOGIN.format("no@body") in said
    assert password not in caplog.text
