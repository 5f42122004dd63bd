"""PostgreSQL: the engine, and transactions that tell an outage from a mistake."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlencode

from sqlalchemy import URL, make_url
from sqlalchemy.exc import DBAPIError, InterfaceError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from shared.bus.interface import UnavailableError

CONNECT_SECONDS_MAX = 3.0
STATEMENT_SECONDS_MAX = 10.0
POOL_WAIT_SECONDS_MAX = 5.0

# PostgreSQL, appendix A: connection exceptions; a role that is not let in, a database that is not there (both as
# while it is restored); insufficient resources; operator intervention (a server that starts or stops); and what a
# second try mends: serialization failure, deadlock, a lock that was not free, a cancelled statement, a standby.
_OUTAGE_CLASSES = ("08", "28", "3D", "53", "57P")
_RETRY_STATES = frozenset({"40001", "40P01", "55P03", "57014", "25006"})
WRONG_ADDRESS = {
    "28P01": "the password is wrong",
    "28000": "the server does not let this role in",
    "3D000": "there is no such database: create it first",
}
"""What is wrong with the address where a server says one of these."""

_DRIVERS_OWN = frozenset({"host", "port", "ssl", "dsn"})


class DatabaseUnavailableError(UnavailableError):
    """The database cannot be reached or cannot serve now; the same work may succeed later."""


def async_url(url: str | URL) -> URL:
    """Return the URL with the driver that we use. Raises `sqlalchemy.exc.ArgumentError` where it is none.

    What libpq calls `sslmode`, `sslrootcert`, `options` and so on, which everybody knows, the driver knows in a DSN
    alone; an argument of its own wins over that.
    """
    made = make_url(url).set(drivername="postgresql+asyncpg")
    of_libpq = {name: value for name, value in made.query.items() if name not in _DRIVERS_OWN}
    if not of_libpq:
        return made
    dsn = f"postgresql://?{urlencode(of_libpq, doseq=True)}"
    return made.difference_update_query(of_libpq).update_query_dict({"dsn": dsn})


def shown(url: str) -> str:
    """Return the address for people, without its password. Raises `sqlalchemy.exc.ArgumentError`."""
    return make_url(url).render_as_string(hide_password=True)


def create_engine(
    url: str | URL, *, connections_max: int, statement_seconds_max: float | None = None
) -> AsyncEngine:
    """Return an engine whose connections, statements and waits are all bounded in time."""
    return create_async_engine(
        async_url(url),
        pool_size=connections_max,
        max_overflow=0,
        pool_timeout=POOL_WAIT_SECONDS_MAX,
        pool_pre_ping=False,
        pool_reset_on_return="rollback",
        connect_args={
            "timeout": CONNECT_SECONDS_MAX,
            "command_timeout": statement_seconds_max or STATEMENT_SECONDS_MAX,
            "server_settings": {"application_name": "talktime", "jit": "off"},
        },
    )


@asynccontextmanager
async def transaction(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """Open a transaction that commits at the end. Raises `DatabaseUnavailableError` for an outage."""
    with outages_told():
        async with engine.begin() as connection:
            yield connection


@asynccontextmanager
async def reading(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """Open a connection on which each statement stands alone. Raises `DatabaseUnavailableError` for an outage."""
    with outages_told():
        async with engine.connect() as connection:
            yield await connection.execution_options(isolation_level="AUTOCOMMIT")


autocommitting = reading
"""The same, for one statement that writes: alone it is a transaction of its own, at two thirds of the price."""


class outages_told:  # noqa: N801 - reads as a statement
    """Turn whatever an outage raises into `DatabaseUnavailableError`; let everything else pass."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if error is not None and is_outage(error):
            raise DatabaseUnavailableError(_said(error)) from error


def is_outage(error: BaseException) -> bool:
    """Tell whether the same work may succeed later, unchanged."""
    if isinstance(error, DatabaseUnavailableError):
        return False
    if isinstance(error, DBAPIError):
        state = sqlstate(error) or ""
        return (
            error.connection_invalidated
            or isinstance(error, InterfaceError)
            or state.startswith(_OUTAGE_CLASSES)
            or state in _RETRY_STATES
        )
    return isinstance(error, OSError | TimeoutError | PoolTimeoutError)


def sqlstate(error: DBAPIError) -> str | None:
    """Return PostgreSQL's five-character code, where the server said one."""
    state = getattr(error.orig, "sqlstate", None)
    return state if isinstance(state, str) else None


def _said(error: BaseException) -> str:
    """Name the driver's own error: SQLAlchemy's name for it tells little, its text may hold statements."""
    state = sqlstate(error) if isinstance(error, DBAPIError) else None
    if state in WRONG_ADDRESS:
        return f"the database is not available: {WRONG_ADDRESS[state]}"
    original = error.orig if isinstance(error, DBAPIError) and error.orig else error
    return f"the database is not available: {type(original.__cause__ or original).__name__}"
