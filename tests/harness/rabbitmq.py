"""A real RabbitMQ for the tests: the one the environment names, else this machine's, else a private one."""

import contextlib
import os
from collections.abc import AsyncIterator, Mapping
from urllib.parse import urlsplit

import aio_pika
import httpx
from aio_pika.exceptions import AMQPError

from tests.harness.broker import Broker, BrokerAddress
from tests.harness.docker import DockerRabbit, docker_answers
from tests.harness.errors import UnavailableServiceError
from tests.harness.leftovers import is_left_over, session_prefix
from tests.harness.packages import install_package
from tests.harness.postgres import PRIVATE_VARIABLE
from tests.harness.rabbitmq_binaries import find_rabbitmq
from tests.harness.rabbitmq_process import RabbitProcess
from tests.harness.vhosts import ThroughCommandLine, virtual_hosts

URL_VARIABLE = "TEST_RABBITMQ_URL"
MANAGEMENT_VARIABLE = "TEST_RABBITMQ_MANAGEMENT_URL"
USUAL_URL = "amqp://guest:guest@127.0.0.1:5672"
USUAL_MANAGEMENT_URL = "http://guest:guest@127.0.0.1:15672"
CONNECT_SECONDS_MAX = 5


@contextlib.asynccontextmanager
async def rabbitmq_service(environ: Mapping[str, str]) -> AsyncIterator[BrokerAddress]:
    """Give a broker for as long as the context lasts, and leave no virtual host behind in it."""
    async with _broker(environ) as address:
        vhosts = virtual_hosts(address)
        await vhosts.change(delete=[name for name in await vhosts.names() if is_left_over(name)])
        try:
            yield address
        finally:
            ours = [name for name in await vhosts.names() if name.startswith(address.prefix)]
            await vhosts.change(delete=ours)


async def make_private_broker(environ: Mapping[str, str]) -> Broker:
    """Return a broker of our own, not yet started. Raises `UnavailableServiceError`."""
    if (binaries := find_rabbitmq(environ)) is not None:
        return RabbitProcess(binaries)
    if await docker_answers():
        return DockerRabbit()
    refusal = await install_package("rabbitmq-server")
    if (binaries := find_rabbitmq(environ)) is not None:
        return RabbitProcess(binaries)
    raise UnavailableServiceError(
        f"These tests need RabbitMQ 3.10 or newer. {URL_VARIABLE} is not set; nothing on 127.0.0.1:5672 lets us in "
        "as guest and make virtual hosts; no RabbitMQ is installed here to start a private one; no Docker engine "
        f"answers; and to install it: {refusal}. Install rabbitmq-server, or set {URL_VARIABLE} and "
        f"{MANAGEMENT_VARIABLE}."
    )


@contextlib.asynccontextmanager
async def _broker(environ: Mapping[str, str]) -> AsyncIterator[BrokerAddress]:
    if URL_VARIABLE in environ:
        yield await _named(environ)
        return
    if not environ.get(PRIVATE_VARIABLE) and (address := await _listening()) is not None:
        yield address
        return
    broker = await make_private_broker(environ)
    try:
        await broker.start()
        yield broker.address
    finally:
        await broker.remove()


async def _named(environ: Mapping[str, str]) -> BrokerAddress:
    url = environ[URL_VARIABLE].rstrip("/")
    guessed = f"http://{urlsplit(url).netloc.rsplit(':', 1)[0]}:15672"
    management = environ.get(MANAGEMENT_VARIABLE, guessed).rstrip("/")
    if not await _lets_in(url):
        raise UnavailableServiceError(f"{URL_VARIABLE} cannot be used: no connection to {urlsplit(url).hostname}")
    if not await _manages(management):
        raise UnavailableServiceError(
            f"{URL_VARIABLE} is set, but its management interface does not answer, and virtual hosts are made "
            f"there: set {MANAGEMENT_VARIABLE}"
        )
    return BrokerAddress(url=url, management_url=management, prefix=session_prefix())


async def _listening() -> BrokerAddress | None:
    """Return this machine's broker if it lets us in and we can make virtual hosts there."""
    if not await _lets_in(USUAL_URL):
        return None
    if await _manages(USUAL_MANAGEMENT_URL):
        return BrokerAddress(url=USUAL_URL, management_url=USUAL_MANAGEMENT_URL, prefix=session_prefix())
    # Anybody else's rabbitmqctl refuses only after a long wait.
    if os.geteuid() == 0:
        with contextlib.suppress(UnavailableServiceError, TimeoutError):
            await ThroughCommandLine().names()
            return BrokerAddress(url=USUAL_URL, management_url=None, prefix=session_prefix())
    return None


async def _lets_in(url: str) -> bool:
    try:
        connection = await aio_pika.connect(f"{url}/", timeout=CONNECT_SECONDS_MAX)
    except (OSError, AMQPError, TimeoutError):
        return False
    await connection.close()
    return True


async def _manages(url: str) -> bool:
    try:
        async with httpx.AsyncClient(trust_env=False, timeout=CONNECT_SECONDS_MAX) as client:
            return (await client.get(f"{url}/api/vhosts")).status_code == httpx.codes.OK
    except httpx.HTTPError:
        return False
