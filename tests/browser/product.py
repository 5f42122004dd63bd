"""A running Talktime at one address, as its people reach it."""

from __future__ import annotations

import contextlib
import os
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import httpx

from tests.browser.front import Front
from tests.harness.browser import OTHER_HOST
from tests.harness.databases import Database, make_database
from tests.harness.ports import free_port
from tests.harness.postgres import PostgresAddress
from tests.harness.programs import Programs
from tests.harness.sql import drop_database
from tests.journeys.installation import Installation, Separate, start_all_in_one

MINUTE_MS = 10_000
PRICE_MINOR = 10
SETTINGS = {
    "TALKTIME_MINUTE_MS": str(MINUTE_MS),
    "TALKTIME_RENEW_LEAD_MS": "9500",
    "TALKTIME_PRICE_MINOR": str(PRICE_MINOR),
    "TALKTIME_RING_MS_MAX": "60000",
    "TALKTIME_CONNECT_MS_MAX": "45000",
    "TALKTIME_RESUME_MS_MAX": "60000",
}
"""Minutes short enough to see them pass; all else long enough for a busy machine."""


@dataclass
class Product:
    """The installation, and what stands before it."""

    url: str
    installation: Installation
    front: Front | None = None

    @property
    def hosts(self) -> tuple[str, str]:
        """Return the hosts, with ports, that are the product's own."""
        port = urlsplit(self.url).port
        return f"127.0.0.1:{port}", f"{OTHER_HOST}:{port}"


@contextlib.asynccontextmanager
async def shared_database(server: PostgresAddress, template: str, name: str) -> AsyncIterator[Database]:
    """Hold a database for the tests of one product: each relays its outbox to a broker of its own."""
    made = await make_database(server, f"{server.prefix}{name}_{os.getpid()}", template=template)
    try:
        yield made
    finally:
        await drop_database(server.owner_url, made.name)


@contextlib.asynccontextmanager
async def separate_product(
    database: Database, vhost_url: str, http: httpx.AsyncClient, changes: Mapping[str, str] | None = None
) -> AsyncIterator[Product]:
    """Run the three programs behind one address that can be cut."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    settings = {
        **SETTINGS,
        "TALKTIME_PUBLIC_URL": url,
        "TALKTIME_SIGNALING_URL": f"ws://127.0.0.1:{port}/ws",
        "TALKTIME_ALLOWED_ORIGINS": f"http://{OTHER_HOST}:{port}",
        **(changes or {}),
    }
    async with running_programs() as programs:
        installation = await Separate.start(programs, database, vhost_url, http, changes=settings)
        environment = installation.environments["api"]
        front = Front(int(environment["TALKTIME_API_PORT"]), [int(environment["TALKTIME_SIGNALING_PORT"])])
        await front.listen(port)
        try:
            yield Product(url, installation, front)
        finally:
            await front.close()


@contextlib.asynccontextmanager
async def all_in_one_product(folder: Path, http: httpx.AsyncClient) -> AsyncIterator[Product]:
    """Run everything in one process."""
    async with running_programs() as programs:
        installation = await start_all_in_one(programs, folder, http, changes=SETTINGS)
        yield Product(installation.doors.api_url, installation)


@contextlib.asynccontextmanager
async def running_programs() -> AsyncIterator[Programs]:
    """Give a launcher whose programs end before what they use does."""
    programs = Programs()
    try:
        yield programs
    finally:
        await programs.close()
