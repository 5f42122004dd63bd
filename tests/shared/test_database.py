"""An outage is told from a mistake: after the one the same work may succeed, after the other never."""

from collections.abc import AsyncIterator, Awaitable, Callable

import anyio
import asyncpg
import pytest
from sqlalchemy import make_url, text
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError, ProgrammingError
from sqlalchemy.ext.asyncio import AsyncEngine

from shared import database as shared_database
from shared.bus.interface import UnavailableError
from shared.database import (
    DatabaseUnavailableError,
    async_url,
    create_engine,
    is_outage,
    outages_told,
    reading,
    transaction,
)
from shared.ids import new_id
from tests.harness.databases import Database
from tests.harness.ports import free_port
from tests.harness.sql import execute
from tests.shared.conftest import MakeAccount

Open = Callable[[AsyncEngine], Awaitable[None]]


async def transact(engine: AsyncEngine) -> None:
    async with transaction(engine) as connection:
        await connection.execute(text("SELECT 1"))


async def read(engine: AsyncEngine) -> None:
    async with reading(engine) as connection:
        await connection.execute(text("SELECT 1"))


both_ways = pytest.mark.parametrize("use", [transact, read])


async def engine_on(url: str) -> AsyncIterator[AsyncEngine]:
    made = create_engine(url, connections_max=1)
    yield made
    await made.dispose()


@pytest.fixture
async def deaf_engine() -> AsyncIterator[AsyncEngine]:
    """Nobody listens there."""
    async for made in engine_on(f"postgresql://nobody@127.0.0.1:{free_port()}/nothing"):
        yield made


@both_ways
async def test_a_refused_connection_is_an_outage(deaf_engine: AsyncEngine, use: Open) -> None:
    """E7"""
    with pytest.raises(DatabaseUnavailableError, match="ConnectionRefusedError"):
        await use(deaf_engine)


async def test_an_unknown_host_is_an_outage() -> None:
    async for engine in engine_on("postgresql://nobody@host.invalid/nothing"):
        with pytest.raises(DatabaseUnavailableError, match="gaierror"):
            await transact(engine)


@both_ways
async def test_a_terminated_backend_is_an_outage_and_the_next_connection_is_well(
    database: Database, engine: AsyncEngine, use: Open
) -> None:
    """E7: as after a restart of the server, with connections in the pool."""
    await use(engine)
    name = database.name
    await execute(
        database.owner_url,
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        f" WHERE datname = '{name}' AND pid <> pg_backend_pid()",
    )
    with pytest.raises(DatabaseUnavailableError):
        await use(engine)
    await use(engine)


async def test_a_backend_terminated_in_a_transaction_is_an_outage(owner_engine: AsyncEngine) -> None:
    with pytest.raises(DatabaseUnavailableError):
        async with transaction(owner_engine) as connection:
            await connection.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))


async def test_a_server_without_free_connections_is_an_outage(database: Database, engine: AsyncEngine) -> None:
    await execute(database.owner_url, f'ALTER DATABASE "{database.name}" CONNECTION LIMIT 0')
    with pytest.raises(DatabaseUnavailableError, match="TooManyConnectionsError"):
        await transact(engine)


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"database": "no_such_database"}, "there is no such database"),
        ({"username": "no_such_role"}, "password is wrong|does not let this role in"),
    ],
)
async def test_a_database_that_is_being_restored_is_an_outage(
    database: Database, change: dict[str, str], named: str
) -> None:
    """C14: gone for a while, or closed to the programs, it must not turn messages into dead letters."""
    url = make_url(database.app_url).set(**change)  # type: ignore[arg-type]  # one of two texts
    async for engine in engine_on(url.render_as_string(hide_password=False)):
        with pytest.raises(DatabaseUnavailableError, match=named):
            await transact(engine)


async def test_a_statement_that_takes_too_long_is_an_outage(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the client's limit, which holds for a server that is frozen too, and by the server's own."""
    monkeypatch.setattr(shared_database, "STATEMENT_SECONDS_MAX", 0.05)
    async for engine in engine_on(database.app_url):
        with pytest.raises(DatabaseUnavailableError):
            async with transaction(engine) as connection:
                await connection.execute(text("SELECT pg_sleep(30)"))
        await transact(engine)


async def test_work_that_takes_longer_has_an_engine_of_its_own(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Made of another one's address."""
    monkeypatch.setattr(shared_database, "STATEMENT_SECONDS_MAX", 0.05)
    async for engine in engine_on(database.app_url):
        patient = create_engine(engine.url, connections_max=1, statement_seconds_max=60)
        async with transaction(patient) as connection:
            await connection.execute(text("SELECT pg_sleep(0.2)"))
        await patient.dispose()


async def test_a_statement_that_the_server_cancels_is_an_outage(engine: AsyncEngine) -> None:
    with pytest.raises(DatabaseUnavailableError, match="QueryCanceledError"):  # noqa: PT012 - the second one raises
        async with transaction(engine) as connection:
            await connection.execute(text("SET LOCAL statement_timeout = '20ms'"))
            await connection.execute(text("SELECT pg_sleep(30)"))


async def test_a_pool_that_stays_empty_is_an_outage(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shared_database, "POOL_WAIT_SECONDS_MAX", 0.05)
    async for engine in engine_on(database.app_url):
        async with transaction(engine) as connection:
            await connection.execute(text("SELECT 1"))
            with pytest.raises(DatabaseUnavailableError, match="TimeoutError"):
                await transact(engine)


async def test_the_loser_of_a_deadlock_may_try_again(owner_engine: AsyncEngine, make_account: MakeAccount) -> None:
    """As the owner, who may shorten the server's wait before it looks."""
    ids = [await make_account(), await make_account()]
    both_hold_one = [anyio.Event(), anyio.Event()]
    outcomes: list[type[BaseException] | None] = []
    lock = text("SELECT 1 FROM wallets WHERE account_id = :id FOR UPDATE")

    async def lock_both(first: int) -> None:
        try:
            async with transaction(owner_engine) as connection:
                await connection.execute(text("SET LOCAL deadlock_timeout = '10ms'"))
                await connection.execute(lock, {"id": ids[first]})
                both_hold_one[first].set()
                await both_hold_one[1 - first].wait()
                await connection.execute(lock, {"id": ids[1 - first]})
        except DatabaseUnavailableError as error:
            outcomes.append(type(error))
        else:
            outcomes.append(None)

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(lock_both, 0)
        tasks.start_soon(lock_both, 1)
    assert sorted(outcomes, key=str) == [DatabaseUnavailableError, None]


async def test_a_serialization_failure_may_be_tried_again(engine: AsyncEngine) -> None:
    with pytest.raises(DatabaseUnavailableError, match="SerializationError"):
        async with transaction(engine) as connection:
            await connection.execute(text("DO $$ BEGIN RAISE EXCEPTION 'x' USING ERRCODE = '40001'; END $$"))


async def test_a_lock_that_is_not_free_may_be_tried_again(engine: AsyncEngine, make_account: MakeAccount) -> None:
    await make_account()
    async with transaction(engine) as holder:
        await holder.execute(text("SELECT 1 FROM wallets FOR UPDATE"))
        with pytest.raises(DatabaseUnavailableError, match="LockNotAvailableError"):
            async with transaction(engine) as connection:
                await connection.execute(text("SELECT 1 FROM wallets FOR UPDATE NOWAIT"))


@pytest.mark.parametrize(
    ("statement", "kind"),
    [
        ("INSERT INTO wallets (account_id, price_minor) VALUES (:id, 10)", IntegrityError),
        ("INSERT INTO accounts (id) VALUES (:id)", IntegrityError),
        ("SELECT 1 FROM no_such_table WHERE :id IS NULL", DBAPIError),
        ("DELETE FROM ledger_entries WHERE wallet_id = :id", ProgrammingError),
        ("SELECT 1 / 0 WHERE CAST(:id AS uuid) IS NOT NULL", DBAPIError),
    ],
)
async def test_a_mistake_is_no_outage(engine: AsyncEngine, statement: str, kind: type[DBAPIError]) -> None:
    """Waiting would not mend it: it comes out as it is, and leaves the connection usable."""
    with pytest.raises(kind) as raised:
        async with transaction(engine) as connection:
            await connection.execute(text(statement), {"id": new_id()})
    assert not is_outage(raised.value)
    await transact(engine)


@pytest.mark.parametrize("error", [ValueError(), KeyError(), asyncpg.UniqueViolationError()])
def test_errors_of_the_work_itself_pass_untouched(error: Exception) -> None:
    with pytest.raises(type(error)) as raised, outages_told():
        raise error
    assert raised.value is error


def test_an_outage_told_twice_is_told_once() -> None:
    told = DatabaseUnavailableError("x")
    with pytest.raises(DatabaseUnavailableError) as raised, outages_told(), outages_told():
        raise told
    assert raised.value is told


def test_consumers_know_it_as_a_reason_to_wait() -> None:
    assert issubclass(DatabaseUnavailableError, UnavailableError)


async def test_nothing_of_a_failed_transaction_stays(engine: AsyncEngine, make_account: MakeAccount) -> None:
    account = await make_account()
    with pytest.raises(ZeroDivisionError):  # noqa: PT012 - within the transaction
        async with transaction(engine) as connection:
            await connection.execute(text("UPDATE wallets SET price_minor = 99"))
            raise ZeroDivisionError
    async with reading(engine) as connection:
        row = await connection.execute(
            text("SELECT price_minor FROM wallets WHERE account_id = :id"), {"id": account}
        )
        assert row.scalar_one() == 10


async def test_reading_takes_no_transaction_and_hands_back_a_clean_connection(database: Database) -> None:
    async for engine in engine_on(database.app_url):
        async with reading(engine) as connection:
            first = (await connection.execute(text("SELECT pg_current_xact_id()"))).scalar_one()
            assert (await connection.execute(text("SELECT pg_current_xact_id()"))).scalar_one() != first
        async with transaction(engine) as connection:
            first = (await connection.execute(text("SELECT pg_current_xact_id()"))).scalar_one()
            assert (await connection.execute(text("SELECT pg_current_xact_id()"))).scalar_one() == first


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+asyncpg", "postgresql+psycopg"])
def test_any_postgresql_address_will_do(scheme: str) -> None:
    url = async_url(f"{scheme}://user:p%40ss@host:1/name?host=/tmp/x")
    assert url.drivername == "postgresql+asyncpg"
    assert url.password == "p@ss"
    assert url.query == make_url("x://h/?host=/tmp/x").query


def test_an_address_that_was_read_can_be_read_again() -> None:
    once = async_url("postgresql://user:p%40ss@host:1/name?host=/tmp/x&sslmode=verify-full")
    assert async_url(once) == once


def test_what_is_no_address_is_refused() -> None:
    with pytest.raises(ArgumentError):
        async_url("localhost")


@pytest.mark.parametrize("word", ["sslmode=disable&sslrootcert=/not/there.pem", "ssl=disable&sslmode=verify-full"])
async def test_no_tls_where_none_is_wanted(database: Database, word: str) -> None:
    engine = create_engine(f"{database.app_url}?{word}&application_name=x", connections_max=1)
    async with reading(engine) as connection:
        assert await connection.scalar(text("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()")) is False
    await engine.dispose()


@pytest.mark.parametrize("mode", ["verify-ca", "verify-full"])
async def test_the_server_is_held_against_the_certificate_in_the_address(database: Database, mode: str) -> None:
    """libpq's words; the driver alone knows none of them."""
    engine = create_engine(f"{database.app_url}?sslmode={mode}&sslrootcert=/not%20there.pem", connections_max=1)
    with pytest.raises(DatabaseUnavailableError) as raised:
        async with reading(engine):
            pass
    assert isinstance(raised.value.__cause__, FileNotFoundError)
    await engine.dispose()
