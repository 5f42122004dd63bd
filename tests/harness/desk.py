"""The one place that starts services, for all workers of a test session, when the first of them asks.

It lives in the process that stays to the end, in a thread of its own: what it starts dies with that thread.
"""

import asyncio
import contextlib
import socket
import threading
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from pathlib import Path

import msgspec
from msgspec import Struct

from tests.harness.broker import BrokerAddress
from tests.harness.browser import browser_program
from tests.harness.coturn import TurnAddress, coturn_service
from tests.harness.databases import make_template
from tests.harness.errors import UnavailableServiceError
from tests.harness.page import build_page
from tests.harness.postgres import PostgresAddress, postgres_service
from tests.harness.rabbitmq import rabbitmq_service

ANSWER_SECONDS_MAX = 900
"""On a machine that has nothing, packages are fetched first."""
STOP_SECONDS_MAX = 120


class Answer(Struct, frozen=True):
    """What the desk says: the JSON of what was asked for, or why it cannot be had."""

    given: msgspec.Raw = msgspec.Raw(b"null")
    refusal: str | None = None


class Desk:
    """Starts what is asked for at its Unix socket, each service once, and stops it all in the end."""

    def __init__(self, path: Path, environ: Mapping[str, str]) -> None:
        self._path = path
        self._environ = environ
        self._services: dict[str, asyncio.Task[object]] = {}
        self._lives = AsyncExitStack()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), name="service desk")
        self._open = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._closing: asyncio.Event | None = None

    def open(self) -> None:
        """Return when the socket can be asked."""
        self._thread.start()
        self._open.wait()

    def close(self) -> None:
        """Stop everything that was started."""
        if self._loop is not None and self._closing is not None:
            self._loop.call_soon_threadsafe(self._closing.set)
            self._thread.join(STOP_SECONDS_MAX)

    async def _serve(self) -> None:
        self._loop, self._closing = asyncio.get_running_loop(), asyncio.Event()
        async with self._lives:
            server = await asyncio.start_unix_server(self._answer, self._path)
            self._open.set()
            await self._closing.wait()
            server.close()
            for task in self._services.values():
                task.cancel()
            await asyncio.gather(*self._services.values(), return_exceptions=True)

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError):
            name = (await reader.readline()).decode().strip()
            writer.write(msgspec.json.encode(await self._get(name)))
            writer.close()
            await writer.wait_closed()

    async def _get(self, name: str) -> Answer:
        if name not in self._services:
            self._services[name] = asyncio.create_task(self._start(name))
        try:
            given = await asyncio.shield(self._services[name])
        except Exception as error:  # noqa: BLE001 - whatever went wrong is told to the test that asked
            return Answer(refusal=str(error) if isinstance(error, UnavailableServiceError) else repr(error))
        return Answer(given=msgspec.Raw(msgspec.json.encode(given)))

    async def _start(self, name: str) -> object:
        starters: dict[str, Callable[[], Awaitable[object]]] = {
            "postgres": lambda: self._entered(postgres_service(self._environ)),
            "template": self._template,
            "rabbitmq": lambda: self._entered(rabbitmq_service(self._environ)),
            "browser": self._browser,
            "page": lambda: build_page(self._environ),
            "coturn": lambda: self._entered(coturn_service(self._environ)),
        }
        return await starters[name]()

    async def _entered(self, service: contextlib.AbstractAsyncContextManager[object]) -> object:
        return await self._lives.enter_async_context(service)

    async def _browser(self) -> str:
        return str(await browser_program(self._environ))

    async def _template(self) -> str:
        answer = await self._get("postgres")
        if answer.refusal is not None:
            raise UnavailableServiceError(answer.refusal)
        return await make_template(msgspec.json.decode(answer.given, type=PostgresAddress))


class DeskWindow:
    """What a worker asks the desk through."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def postgres(self) -> PostgresAddress:
        """Return the session's PostgreSQL. Raises `UnavailableServiceError`."""
        return msgspec.json.decode(self._ask("postgres"), type=PostgresAddress)

    def template(self) -> str:
        """Return the name of the migrated database. Raises `UnavailableServiceError`."""
        return msgspec.json.decode(self._ask("template"), type=str)

    def rabbitmq(self) -> BrokerAddress:
        """Return the session's RabbitMQ. Raises `UnavailableServiceError`."""
        return msgspec.json.decode(self._ask("rabbitmq"), type=BrokerAddress)

    def coturn(self) -> TurnAddress:
        """Return the session's TURN server. Raises `UnavailableServiceError`."""
        return msgspec.json.decode(self._ask("coturn"), type=TurnAddress)

    def browser(self) -> Path:
        """Return where Chromium is. Raises `UnavailableServiceError`."""
        return Path(msgspec.json.decode(self._ask("browser"), type=str))

    def build_page(self) -> None:
        """Return once the page is built from its sources. Raises `UnavailableServiceError`."""
        self._ask("page")

    def _ask(self, name: str) -> msgspec.Raw:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(ANSWER_SECONDS_MAX)
            connection.connect(str(self._path))
            connection.sendall(f"{name}\n".encode())
            with connection.makefile("rb") as stream:
                answer = msgspec.json.decode(stream.read(), type=Answer)
        if answer.refusal is not None:
            raise UnavailableServiceError(answer.refusal)
        return answer.given
