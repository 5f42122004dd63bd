"""The Caddyfile of docker-compose.yml before a running installation, with what must differ on a shared machine."""

import asyncio
import os
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from talktime.person import Doors, Person
from tests.harness.databases import Database, make_database
from tests.harness.errors import UnavailableServiceError
from tests.harness.fixtures import VirtualHostStock
from tests.harness.installed import installed_program
from tests.harness.ports import free_port
from tests.harness.postgres import PostgresAddress
from tests.harness.programs import ROOT, Programs
from tests.harness.sql import drop_database
from tests.journeys.installation import PASSWORD, Separate

HEADER_SECONDS_MAX = 5


@pytest.fixture(scope="session")
async def caddy(anyio_backend: str) -> Path:
    """The program; a failure on a CI server where it cannot be had, elsewhere a loud skip."""
    try:
        return await installed_program(os.environ, "caddy", package="caddy", variable="TEST_CADDY")
    except UnavailableServiceError as error:
        if os.environ.get("CI"):
            pytest.fail(str(error), pytrace=False)
        pytest.skip(str(error))


@dataclass(frozen=True)
class Front:
    """The door, before an installation that believes it."""

    url: str
    port: int
    open_url: str
    """Where nothing is encrypted, as at port 80."""


@pytest.fixture(scope="session")
async def believing_database(postgres_server: PostgresAddress, database_template: str) -> AsyncIterator[Database]:
    """The database of the installation behind the door."""
    name = f"{postgres_server.prefix}front_{os.getpid()}"
    yield await make_database(postgres_server, name, template=database_template)
    await drop_database(postgres_server.owner_url, name)


@pytest.fixture(scope="session")
async def front(
    caddy: Path,
    session_programs: Programs,
    believing_database: Database,
    vhost_stock: VirtualHostStock,
    http: httpx.AsyncClient,
    tmp_path_factory: pytest.TempPathFactory,
) -> Front:
    """Run both."""
    port, open_port, check_port, folder = free_port(), free_port(), free_port(), tmp_path_factory.mktemp("caddy")
    url = f"http://127.0.0.1:{port}"
    installation = await Separate.start(
        session_programs,
        believing_database,
        await vhost_stock.take(for_the_session=True),
        http,
        changes={"TALKTIME_PUBLIC_URL": url, "TALKTIME_TRUSTED_PROXIES": "127.0.0.1"},
    )
    moved = {
        "api:8000": installation.doors.api_url.removeprefix("http://"),
        "signaling:8001": installation.doors.socket_url.removeprefix("ws://").removesuffix("/ws"),
        "http://127.0.0.1:2080": f"http://127.0.0.1:{check_port}",
        "{$TALKTIME_PUBLIC_URL} {": "{$TALKTIME_PUBLIC_URL} {\n\tbind 127.0.0.1",
        "\nhttp:// {": f"\nhttp://:{open_port} {{\n\tbind 127.0.0.1",
        "read_header 10s": "read_header 1s",
    }
    text = (ROOT / "Caddyfile").read_text(encoding="utf-8")
    for here, there in moved.items():
        assert text.count(here) == 1, here
        text = text.replace(here, there)
    (folder / "Caddyfile").write_text(text, encoding="utf-8")
    folders = {name: str(folder) for name in ("HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME")}
    command = (str(caddy), "run", "--config", str(folder / "Caddyfile"), "--adapter", "caddyfile")
    program = await session_programs.run(*command, env={**folders, "TALKTIME_PUBLIC_URL": url}, cwd=folder)
    await program.answers(f"http://127.0.0.1:{check_port}", status=204)
    return Front(url, port, f"http://127.0.0.1:{open_port}")


async def test_a_paid_call_goes_through_the_door(front: Front, programs: Programs) -> None:
    """One address for pages, REST and sockets; only the page's own origin may open these (D3)."""
    demo = await programs.talktime("demo", "--url", front.url, "--talk-seconds", "0.1")
    assert await demo.ends() == os.EX_OK
    assert "was charged" in demo.output
    sockets = Doors.of(front.url).socket_url
    async with connect(sockets, proxy=None, additional_headers={"Origin": front.url}):
        pass
    with pytest.raises(InvalidStatus) as refused:
        async with connect(sockets, proxy=None, additional_headers={"Origin": "https://elsewhere.example"}):
            pytest.fail("it let a foreign page in")
    assert refused.value.response.status_code == 403


async def test_the_programs_learn_who_asks_and_cannot_be_told(front: Front) -> None:
    """A11: the address that the door saw, whatever a client says of itself."""
    transport = httpx.AsyncHTTPTransport(local_address="127.0.0.9")
    headers = {"X-Forwarded-For": "198.51.100.7", "Forwarded": "for=198.51.100.7"}
    async with httpx.AsyncClient(transport=transport, headers=headers) as http:
        person = await Person.register(Doors.of(front.url), http, "ann", PASSWORD)
        [session] = (await person.get("sessions"))["items"]
    assert session["address"] == "127.0.0.9"


async def test_people_are_led_to_https_and_programs_are_not(front: Front, http: httpx.AsyncClient) -> None:
    """ASVS 4.1.2: a token that is sent in the open is refused each time, in whatever way the path is written."""
    for path in ("/", "/calls", "/v1"):
        answer = await http.get(front.open_url + path)
        assert (answer.status_code, answer.headers["location"]) == (308, f"https://127.0.0.1{path}")
    for path in ("/v1/me", "/v1/sessions", "//v1/me", "/%761/me", "/x/../v1/me", "/ws", "/openapi.json"):
        answer = await http.post(front.open_url + path)
        assert (answer.status_code, "location" in answer.headers) == (403, False), path


async def test_what_is_for_the_operator_stays_inside(front: Front, http: httpx.AsyncClient) -> None:
    for path in ("/metrics", "/metrics/", "//metrics", "/x/../metrics", "/%6Detrics", "/METRICS"):
        answer = await http.get(front.url + path)
        assert (answer.status_code, answer.content) == (404, b""), path


async def test_a_header_that_never_ends_is_given_up(front: Front) -> None:
    """D11: the programs' own server would wait for ever."""
    reader, writer = await asyncio.open_connection("127.0.0.1", front.port)
    writer.write(b"GET /v1/installation HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ")
    async with asyncio.timeout(HEADER_SECONDS_MAX):
        said = await reader.read()
    writer.close()
    assert re.match(rb"(HTTP/1\.1 408 .*)?\Z", said, re.DOTALL), said
