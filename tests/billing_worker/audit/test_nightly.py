"""Once a day, by one worker, kept, logged and measured."""

import asyncio
import logging
from collections.abc import AsyncIterator
from datetime import UTC, datetime, time

import httpx
import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from billing_worker.app import BillingWorker
from billing_worker.audit.keeping import keep, last_kept
from billing_worker.audit.nightly import NightlyAudit, latest
from billing_worker.health import health_app
from shared.answer_headers import OWN_DEFAULTS
from shared.bus.memory import MemoryBus
from shared.database import create_engine, reading, transaction
from shared.models import BooksAudit
from shared.settings import Settings
from tests.billing_worker.audit.firm import OVERDUE, Names, look
from tests.billing_worker.line import line_to
from tests.harness.clock import ManualClock
from tests.harness.databases import Database

AT = time(3, 30)
HOUR_MS = 3_600_000
SECONDS_MAX = 30


def nightly(engine: AsyncEngine, clock: ManualClock) -> NightlyAudit:
    """Return that of one worker; the books' clock stands at noon."""
    return NightlyAudit(engine, clock=clock, at=AT, overdue=OVERDUE * 48)


async def audits(engine: AsyncEngine) -> int:
    async with reading(engine) as connection:
        return (await connection.execute(select(func.count()).select_from(BooksAudit))).scalar_one()


async def spoil(engine: AsyncEngine, names: Names) -> None:
    """Let a wallet have more than its entries, as only a bug could."""
    async with transaction(engine) as connection:
        await connection.execute(
            text("UPDATE wallets SET balance_minor = balance_minor + 1 WHERE account_id = :id"), {"id": names.eve}
        )


async def test_once_a_day_at_its_time(engine: AsyncEngine, clock: ManualClock) -> None:
    """Not at the start, then when the time has come, then not before the next day."""
    work = nightly(engine, clock)
    assert await work.look() is None
    clock.advance(15 * HOUR_MS)
    assert await work.look() is None
    clock.advance(HOUR_MS)
    report = await work.look()
    assert report is not None
    assert [each.line for each in report.found] == []
    clock.advance(23 * HOUR_MS)
    assert [await work.look(), await nightly(engine, clock).look()] == [None, None]
    clock.advance(2 * HOUR_MS)
    # Started only now: what was missed is done.
    assert await nightly(engine, clock).look() is not None
    assert await audits(engine) == 2


async def test_of_several_workers_one_does_it(engine: AsyncEngine, clock: ManualClock) -> None:
    """All at the same moment; the others neither wait nor do it after."""
    workers = [nightly(engine, clock) for _ in range(3)]
    clock.advance(16 * HOUR_MS)
    reports = await asyncio.gather(*(worker.look() for worker in workers))
    again = [await worker.look() for worker in workers]
    assert len([report for report in [*reports, *again] if report is not None]) == 1
    assert await audits(engine) == 1


async def test_the_first_difference_is_an_error_in_the_log(
    engine: AsyncEngine, clock: ManualClock, names: Names, caplog: pytest.LogCaptureFixture
) -> None:
    """Whose, and what; the row says the same."""
    work = nightly(engine, clock)
    await spoil(engine, names)
    clock.advance(16 * HOUR_MS)
    await work.look()
    (logged,) = [record for record in caplog.records if record.levelno == logging.ERROR]
    kept = await last_kept(engine)
    assert kept is not None
    assert kept.differences == 2
    assert kept.first_difference.startswith(f"wallet.balance: account {names.eve}: ")
    assert kept.first_difference in logged.getMessage()


async def test_a_stopped_worker_gives_it_up(engine: AsyncEngine, clock: ManualClock) -> None:
    """An audit may take long, and somebody waits for the worker to stop; the next one does all of it."""
    work = nightly(engine, clock)
    clock.advance(16 * HOUR_MS)
    async with transaction(engine) as holding:
        await holding.execute(text("LOCK TABLE wallets IN ACCESS EXCLUSIVE MODE"))
        work.start()
        async with asyncio.timeout(SECONDS_MAX):
            while not await _waits_for_a_lock(engine):
                pass
            await work.stop()
    assert await audits(engine) == 0
    assert await nightly(engine, clock).look() is None
    clock.advance(24 * HOUR_MS)
    restarted = nightly(engine, clock)
    clock.advance(24 * HOUR_MS)
    assert await restarted.look() is not None


async def _waits_for_a_lock(engine: AsyncEngine) -> bool:
    waiting = text(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    async with reading(engine) as connection:
        return bool((await connection.execute(waiting)).scalar_one())


@pytest.fixture
async def bus(anyio_backend: str) -> AsyncIterator[MemoryBus]:
    """A bus that a worker can be at."""
    bus = MemoryBus()
    await bus.start()
    yield bus
    await bus.close()


async def test_a_worker_does_it_by_itself(engine: AsyncEngine, clock: ManualClock, bus: MemoryBus) -> None:
    """Once it is started; the setting says when."""
    worker = BillingWorker(Settings(audit_at="11:00"), engine=engine, bus=bus, clock=clock)
    clock.advance(23 * HOUR_MS)
    await worker.start()
    async with asyncio.timeout(SECONDS_MAX):
        while not await audits(engine):
            pass
    await worker.stop()
    assert await audits(engine) == 1


async def test_every_worker_tells_prometheus_of_the_last_one(
    engine: AsyncEngine, clock: ManualClock, names: Names, bus: MemoryBus
) -> None:
    """From its row: also workers that were started since. Nothing is told before there was one."""
    workers = [BillingWorker(Settings(), engine=engine, bus=bus, clock=clock) for _ in range(2)]
    assert await workers[0].metrics.page() == b""
    await spoil(engine, names)
    report = await look(engine, clock)
    await keep(engine, report)

    transport = httpx.ASGITransport(health_app(workers[1].probes, workers[1].metrics))
    async with httpx.AsyncClient(transport=transport, base_url="http://worker") as client:
        answer = await client.get("/metrics")

    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    assert answer.headers["cache-control"] == OWN_DEFAULTS["Cache-Control"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    told = dict(line.split() for line in answer.text.splitlines() if not line.startswith("#"))
    assert {name: float(value) for name, value in told.items()} == {
        "talktime_books_audit_differences": 2,
        "talktime_books_audit_finished_timestamp_seconds": clock.now().timestamp(),
        "talktime_books_audit_entries": report.entries,
        "talktime_books_audit_duration_seconds": 0,
    }
    assert "# TYPE talktime_books_audit_differences gauge" in answer.text


async def test_metrics_outlive_the_database(
    books: Database, clock: ManualClock, bus: MemoryBus, caplog: pytest.LogCaptureFixture
) -> None:
    """E7: what only the database knows is left out, the page is there."""
    async with line_to(books.app_url) as (line, url):
        engine = create_engine(url, connections_max=1)
        worker = BillingWorker(Settings(), engine=engine, bus=bus, clock=clock)
        await keep(engine, await look(engine, clock))
        assert b"talktime_books_audit_entries" in await worker.metrics.page()
        await line.cut()
        assert await worker.metrics.page() == b""
        await engine.dispose()


async def test_what_audits_came_to_is_kept_for_ever(
    engine: AsyncEngine, owner: AsyncEngine, clock: ManualClock
) -> None:
    """By rights, and by a trigger."""
    report = await look(engine, clock)
    await keep(engine, report)
    kept = await last_kept(engine)
    assert kept is not None
    assert (kept.seal.hex(), kept.sealed_until, kept.first_difference) == (report.seal, report.sealed_until, None)
    for statement in ("UPDATE books_audits SET differences = 0", "DELETE FROM books_audits"):
        with pytest.raises(DBAPIError, match="permission denied"):
            async with transaction(engine) as connection:
                await connection.execute(text(statement))


@pytest.mark.parametrize(
    ("now", "was"),
    [("2030-01-02T03:29", "2030-01-01T03:30"), ("2030-01-02T03:30", "2030-01-02T03:30")],
)
def test_when_it_was_time_last(now: str, was: str) -> None:
    """The time of day, in UTC."""
    assert latest(AT, datetime.fromisoformat(now).replace(tzinfo=UTC)) == datetime.fromisoformat(was).replace(
        tzinfo=UTC
    )
