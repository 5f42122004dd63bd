"""Files that somebody reads slowly, or not to their end, are nobody else's trouble (B12, E7)."""

import asyncio
from collections.abc import AsyncIterator
from urllib.parse import urlsplit

import pytest
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.pool import QueuePool

from api.statements.accounts import Statements
from api.statements.houses import HouseStatements
from api.statements.periods import BEGINNING, END, Period
from shared.database import create_engine, transaction
from shared.ids import new_id
from shared.ledger import House, Ledger, Purse
from talktime.programs import http_config
from talktime.serving import address_of, listen, serving
from tests.api.world import Api, User
from tests.harness.clock import ManualClock
from tests.harness.databases import Database

ALL = Period.of(BEGINNING, END)
MANY = 60_000
"""More rows than all buffers between us and a reader hold."""
SECONDS_MAX = 20


@pytest.fixture
async def narrow(database: Database) -> AsyncIterator[AsyncEngine]:
    """An engine of one connection."""
    engine = create_engine(database.app_url, connections_max=1)
    yield engine
    await engine.dispose()


async def test_slow_readers_of_their_own_statement_hold_no_connection(
    api: Api, narrow: AsyncEngine, clock: ManualClock, ann: User
) -> None:
    """B12: else a few of them would keep everybody out."""
    async with transaction(api.engine) as connection:
        ledger = await Ledger.open(connection, [ann.id], now=clock.now())
        for _ in range(3):
            ledger.top_up(ann.id, 5, payment_id=new_id())
        await ledger.save()
    rows = await Statements(narrow, clock, "EUR").of(ann.id, Purse.CREDIT, ALL)
    count = 0
    async for _ in rows:
        assert _in_use(narrow) == 0
        count += 1
    assert count == 3


async def test_a_house_statement_that_is_not_read_on_lets_go(
    api: Api, narrow: AsyncEngine, clock: ManualClock
) -> None:
    """B12: it has a connection for as long as somebody reads."""
    rows = HouseStatements(narrow, clock, "EUR").of(House.PROVIDER, ALL)
    await anext(rows)
    assert _in_use(narrow) == 1
    await rows.aclose()  # type: ignore[attr-defined]
    assert _in_use(narrow) == 0


async def test_whoever_goes_away_leaves_nothing_behind(api: Api, olga: User) -> None:
    """E7: in the middle of a file that is longer than what fits into the line."""
    async with transaction(api.engine) as connection:
        await connection.exec_driver_sql(
            f"""INSERT INTO ledger_entries (operation, leg, house, amount_minor, occurred_at)
            SELECT 'top_up:' || gen_random_uuid(), 1, 'provider', -1, now() FROM generate_series(1, {MANY})"""
        )
    listener = listen("127.0.0.1", 0)
    served = http_config(api.app, api.settings)
    served.lifespan = "off"  # it is alive already
    async with serving(served, listener):
        url = urlsplit(address_of(listener))
        reader, writer = await asyncio.open_connection(url.hostname, url.port)
        head = f"Host: a\r\nAuthorization: {olga.headers['Authorization']}\r\n\r\n"
        writer.write(f"GET /v1/operator/books/provider/entries.csv HTTP/1.1\r\n{head}".encode())
        await reader.readuntil(b"opening_balance")
        assert _in_use(api.engine) == 1
        given_back = asyncio.Event()
        event.listen(api.engine.sync_engine.pool, "checkin", lambda *_: given_back.set())
        writer.transport.abort()
        async with asyncio.timeout(SECONDS_MAX):
            await given_back.wait()
    assert _in_use(api.engine) == 0


def _in_use(engine: AsyncEngine) -> int:
    assert isinstance(engine.sync_engine.pool, QueuePool)
    return engine.sync_engine.pool.checkedout()
