"""The outbox leaves, in order, at least once, whatever dies in between."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from uuid import UUID

import pytest
from sqlalchemy import func, insert, select, text
from sqlalchemy.ext.asyncio import AsyncEngine

from billing_worker.outgoing import UNWANTED_MS
from billing_worker.relay import Relay
from shared import outbox
from shared.bus.interface import Envelope, Outcome
from shared.bus.topology import ACCOUNTS, PRESENCE
from shared.database import create_engine, transaction
from shared.ids import new_id
from shared.messages.nodes import PresenceHint
from shared.messages.notices import SessionEnded
from shared.messages.registry import decode_node_message, envelope_of
from shared.models import OutboxMessage
from tests.billing_worker.line import line_to
from tests.billing_worker.wire import Wire
from tests.harness.clock import ManualClock
from tests.harness.databases import Database

HOUR_MS = 3_600_000
BATCH_MAX = 10


@pytest.fixture
def wire(anyio_backend: str) -> Wire:
    """The broker of these tests."""
    return Wire()


MakeRelay = Callable[..., Relay]


@pytest.fixture
def make_relay(engine: AsyncEngine, wire: Wire, clock: ManualClock) -> MakeRelay:
    """Makes relays that look at the outbox only when they are rung, so that no test passes by luck."""

    def make(*, idle_ms: int = HOUR_MS, engine: AsyncEngine = engine, wire: Wire = wire) -> Relay:
        return Relay(engine, bus=wire.bus, clock=clock, batch_max=BATCH_MAX, idle_ms=idle_ms)

    return make


@asynccontextmanager
async def running(relay: Relay) -> AsyncIterator[asyncio.Task[None]]:
    """Have the relay run; stopped in good order at the end, unless the test ended it otherwise."""
    task = asyncio.create_task(relay.run())
    try:
        yield task
    finally:
        relay.stop()
        async with asyncio.timeout(10):
            await asyncio.wait({task})
    if not task.cancelled():
        task.result()


async def announce(engine: AsyncEngine, count: int = 1) -> list[UUID]:
    """Commit notices; return their ids."""
    notices = [SessionEnded(notice_id=new_id(), account_id=new_id()) for _ in range(count)]
    async with transaction(engine) as connection:
        await outbox.store(connection, notices)
    return [notice.notice_id for notice in notices]


async def left(engine: AsyncEngine) -> int:
    async with transaction(engine) as connection:
        return await connection.scalar(select(func.count()).select_from(OutboxMessage)) or 0


def ids_of(envelopes: list[Envelope]) -> list[UUID]:
    return [UUID(str(envelope.message_id)) for envelope in envelopes]


async def test_a_commit_rings_the_relay(engine: AsyncEngine, wire: Wire, make_relay: MakeRelay) -> None:
    """F1: what was stored before the start and what is committed later leaves, as it was, and is deleted."""
    before = await announce(engine, 2)
    async with running(make_relay()):
        await wire.until(lambda: len(wire.taken) == 2)
        after = await announce(engine)
        await wire.until(lambda: len(wire.taken) == 3)
    assert ids_of(wire.taken) == before + after
    assert await left(engine) == 0


async def test_a_message_leaves_as_it_was_stored(engine: AsyncEngine, wire: Wire, make_relay: MakeRelay) -> None:
    """Address, type, id, call and body."""
    notice = SessionEnded(notice_id=new_id(), account_id=new_id(), session_id=new_id())
    async with transaction(engine) as connection:
        await outbox.store(connection, [notice])
    async with running(make_relay()):
        await wire.until(lambda: bool(wire.taken))
    assert wire.taken == [envelope_of(notice)]


async def test_more_than_a_batch_leaves_in_order(engine: AsyncEngine, wire: Wire, make_relay: MakeRelay) -> None:
    """Batch after batch without waiting; oldest first."""
    announced = await announce(engine, 3 * BATCH_MAX + 1)
    async with running(make_relay()):
        await wire.until(lambda: len(wire.taken) == len(announced))
    assert ids_of(wire.taken) == announced
    assert await left(engine) == 0


@pytest.mark.parametrize("outcome", [Outcome.REFUSED, Outcome.UNKNOWN])
async def test_what_the_broker_did_not_take_is_published_again(
    engine: AsyncEngine, wire: Wire, make_relay: MakeRelay, outcome: Outcome
) -> None:
    """F1, F2: with the same id, until it is confirmed; what was confirmed beside it is not repeated."""
    first, second = await announce(engine, 2)
    refusals = iter([outcome, outcome])
    wire.fate = lambda envelope: (
        next(refusals, Outcome.CONFIRMED) if envelope.message_id == first else Outcome.CONFIRMED
    )
    async with running(make_relay()):
        await wire.until(lambda: len(wire.taken) == 2)
    assert ids_of(wire.taken) == [second, first]
    assert len(wire.published) == 4
    assert await left(engine) == 0


async def test_a_notice_to_nobody_is_delivered(engine: AsyncEngine, wire: Wire, make_relay: MakeRelay) -> None:
    """No queue wants it: no device of that account is connected anywhere, and nobody watches it."""
    await announce(engine, 2)
    async with transaction(engine) as connection:
        await outbox.store(connection, [hint := PresenceHint(account_id=new_id())])
    wire.fate = lambda _: Outcome.UNROUTABLE
    async with running(make_relay()):
        await wire.until(lambda: len(wire.published) == 3)
    assert await left(engine) == 0
    last, _ = wire.published[-1]
    assert (last.exchange, last.routing_key) == (PRESENCE.name, str(hint.account_id))
    assert decode_node_message(last.body) == hint


async def test_what_no_queue_wants_is_kept_and_holds_up_nobody(
    engine: AsyncEngine, wire: Wire, make_relay: MakeRelay, clock: ManualClock
) -> None:
    """Other exchanges have queues; should one be missing, its messages wait for it while the others leave."""
    lost = await _store_event(engine, BATCH_MAX)
    wire.fate = lambda envelope: Outcome.CONFIRMED if envelope.exchange == ACCOUNTS.name else Outcome.UNROUTABLE
    async with running(make_relay()):
        await wire.until(lambda: len(wire.published) == BATCH_MAX)
        announced = await announce(engine)
        await wire.until(lambda: ids_of(wire.taken) == announced)
        assert len(wire.published) == BATCH_MAX + 1

        wire.fate = lambda _: Outcome.CONFIRMED
        clock.advance(UNWANTED_MS)
        announced += await announce(engine)
        await wire.until(lambda: len(wire.taken) == BATCH_MAX + 2)
    assert ids_of(wire.taken) == announced[:1] + lost + announced[1:]
    assert await left(engine) == 0


async def test_killed_between_confirmation_and_delete(
    engine: AsyncEngine, wire: Wire, make_relay: MakeRelay
) -> None:
    """F1: the next relay publishes it again, with the same id."""
    announced = await announce(engine)
    async with running(make_relay()) as doomed:
        wire.after = lambda: _kill(doomed)
        await asyncio.wait({doomed})
    assert doomed.cancelled()
    assert await left(engine) == 1

    wire.after = lambda: None
    async with running(make_relay()):
        await wire.until(lambda: len(wire.taken) == 2)
    assert ids_of(wire.taken) == announced * 2
    assert await left(engine) == 0


async def test_one_relay_works_at_a_time(engine: AsyncEngine, make_relay: MakeRelay) -> None:
    """The second waits for the lock, and takes over when the first is gone, killed or stopped."""
    wires = [Wire(), Wire()]
    first, second = (make_relay(wire=wire, idle_ms=20) for wire in wires)
    async with running(first) as doomed:
        await announce(engine)
        await wires[0].until(lambda: len(wires[0].taken) == 1)
        async with running(second):
            await announce(engine, 5)
            await wires[0].until(lambda: len(wires[0].taken) == 6)
            assert wires[1].taken == []

            doomed.cancel()
            await asyncio.wait({doomed})
            announced = await announce(engine, 5)
            await wires[1].until(lambda: set(ids_of(wires[1].taken)) >= set(announced))
    assert len(wires[0].taken) == 6
    assert await left(engine) == 0


async def test_what_is_stored_when_it_is_stopped_leaves(
    engine: AsyncEngine, wire: Wire, make_relay: MakeRelay
) -> None:
    """A drained worker leaves no notice behind."""
    relay = make_relay()
    async with running(relay):
        await announce(engine)
        await wire.until(lambda: len(wire.taken) == 1)
        # Within the round that the first one rings for: it is stored and stopped before the relay looks again.
        wire.after = relay.stop
        announced = await announce(engine, 3 * BATCH_MAX)
        await wire.until(lambda: len(wire.taken) == 1 + len(announced))
    assert await left(engine) == 0


async def test_a_lost_connection_is_made_again(
    engine: AsyncEngine, wire: Wire, make_relay: MakeRelay, caplog: pytest.LogCaptureFixture
) -> None:
    """Terminated by an operator: the fresh connection listens and leads as the old one did."""
    async with running(make_relay(idle_ms=50)):
        announced = await announce(engine)
        await wire.until(lambda: bool(wire.taken))
        async with transaction(engine) as connection:
            await connection.execute(
                text(
                    "SELECT pg_terminate_backend(pid) FROM pg_locks"
                    " WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database"
                    " WHERE datname = current_database())"
                )
            )
        announced += await announce(engine)
        await wire.until(lambda: set(ids_of(wire.taken)) == set(announced))
    assert "The outbox has to wait" in caplog.text
    assert await left(engine) == 0


async def test_an_outage_of_the_database_is_waited_out(
    database: Database, engine: AsyncEngine, wire: Wire, make_relay: MakeRelay
) -> None:
    """Also one that was there at the start."""
    async with line_to(database.app_url) as (line, url):
        await line.cut()
        own = create_engine(url, connections_max=1)
        async with running(make_relay(engine=own, idle_ms=50)):
            announced = await announce(engine)
            await line.mend()
            await wire.until(lambda: set(ids_of(wire.taken)) == set(announced))
            await line.cut()
            announced += await announce(engine)
            await line.mend()
            await wire.until(lambda: set(ids_of(wire.taken)) == set(announced))
        await own.dispose()


async def _store_event(engine: AsyncEngine, count: int) -> list[UUID]:
    """Commit messages of another exchange than the notices'."""
    ids = [new_id() for _ in range(count)]
    rows = [
        {"message_id": one, "exchange": "payments", "routing_key": "payment.settled", "type": "t", "body": "{}"}
        for one in ids
    ]
    async with transaction(engine) as connection:
        await connection.execute(insert(OutboxMessage), rows)
    return ids


def _kill(doomed: asyncio.Task[None]) -> None:
    doomed.cancel()
