"""A real PostgreSQL for the tests: the one the environment names, else this machine's, else a private one."""

import contextlib
import getpass
import shutil
from collections.abc import AsyncIterator, Mapping

import asyncpg
from msgspec import Struct
from sqlalchemy import make_url

from talktime.postgres import ManagedPostgres, PostgresError, find_binaries
from talktime.postgres_binaries import MAJOR_MIN
from tests.harness.errors import UnavailableServiceError
from tests.harness.leftovers import is_left_over, make_folder, session_prefix
from tests.harness.sql import drop_databases

URL_VARIABLE = "TEST_DATABASE_OWNER_URL"
PRIVATE_VARIABLE = "TEST_PRIVATE_SERVICES"
"""Set to 1: do not use what listens on the usual ports. Set to `wheel`: nor this machine's PostgreSQL binaries."""
APP_ROLE = "talktime_app"
APP_PASSWORD = "talktime_app"
CONNECT_SECONDS_MAX = 5
MAY_CREATE = "SELECT rolsuper OR rolcreatedb AND rolcreaterole FROM pg_roles WHERE rolname = current_user"


class PostgresAddress(Struct, frozen=True, kw_only=True):
    """Where the server is, for a role that may create databases and roles."""

    owner_url: str
    prefix: str
    """Every database of this session begins with it, so that they can be told from others."""

    def database_url(self, name: str) -> str:
        """Return the address of a database as the owner."""
        return make_url(self.owner_url).set(database=name).render_as_string(hide_password=False)

    def app_url(self, name: str) -> str:
        """Return the address of a database as the programs' role."""
        url = make_url(self.owner_url).set(database=name, username=APP_ROLE, password=APP_PASSWORD)
        return url.render_as_string(hide_password=False)


@contextlib.asynccontextmanager
async def postgres_service(environ: Mapping[str, str]) -> AsyncIterator[PostgresAddress]:
    """Give a server for as long as the context lasts, and leave no database behind in it."""
    async with _server_url(environ) as url:
        address = PostgresAddress(owner_url=url, prefix=session_prefix())
        await drop_databases(url, lambda name: is_left_over(name) and "127.0.0.1" in url)
        try:
            yield address
        finally:
            await drop_databases(url, lambda name: name.startswith(address.prefix))


@contextlib.asynccontextmanager
async def _server_url(environ: Mapping[str, str]) -> AsyncIterator[str]:
    private = environ.get(PRIVATE_VARIABLE, "")
    if URL_VARIABLE in environ:
        if (refusal := await _refusal(environ[URL_VARIABLE])) is not None:
            raise UnavailableServiceError(f"{URL_VARIABLE} cannot be used: {refusal}")
        yield environ[URL_VARIABLE]
        return
    if not private and (url := await _listening()) is not None:
        yield url
        return
    try:
        binaries = find_binaries(environ, wheel_only=private == "wheel")
    except PostgresError as error:
        raise UnavailableServiceError(
            f"These tests need PostgreSQL {MAJOR_MIN} or newer. {URL_VARIABLE} is not set; nothing on "
            f"127.0.0.1:5432 lets us in as a superuser; and to start a private one: {error}"
        ) from error
    folder = make_folder()
    try:
        async with ManagedPostgres(folder / "data", binaries, disposable=True) as server:
            yield server.url()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


async def _listening() -> str | None:
    """Return the address of this machine's server if it lets us in as one who may do everything."""
    for user in dict.fromkeys(("postgres", getpass.getuser())):
        for password in ("", ":postgres"):
            url = f"postgresql://{user}{password}@127.0.0.1:5432/postgres"
            if await _refusal(url) is None:
                return url
    return None


async def _refusal(url: str) -> str | None:
    """Return why a server does not do for the tests, or None."""
    try:
        connection = await asyncpg.connect(url, timeout=CONNECT_SECONDS_MAX)
    except (OSError, asyncpg.PostgresError, ValueError) as error:
        return str(error)
    try:
        if connection.get_server_version().major < MAJOR_MIN:
            return f"its version is below {MAJOR_MIN}"
        if not await connection.fetchval(MAY_CREATE):
            return "its user may not create databases and roles"
        has_role = await connection.fetchval("SELECT 1 FROM pg_roles WHERE rolname = $1", APP_ROLE)
    finally:
        await connection.close()
    return await _app_refusal(url) if has_role else None


async def _app_refusal(url: str) -> str | None:
    """Somebody's own `talktime_app`, with a password that we do not know, is left alone."""
    app = make_url(url).set(username=APP_ROLE, password=APP_PASSWORD).render_as_string(hide_password=False)
    try:
        connection = await asyncpg.connect(app, timeout=CONNECT_SECONDS_MAX)
    except (OSError, asyncpg.PostgresError) as error:
        return f"it has a role {APP_ROLE!r} of its own: {error}"
    await connection.close()
    return None
