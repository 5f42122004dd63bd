"""The whole worker at a bus: what it is asked, what it hears, what it tells, and how it stops."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import httpx
import msgspec
import pytest
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncEngine

from billing_worker.app import BillingWorker
from billing_worker.health import health_app
from shared.bus.interface import Delivery, NoReplyError, Outcome
from shared.bus.memory import MemoryBus
from shared.bus.topology import CALL_EVENTS
from shared.clock import SystemClock
from shared.database import create_engine, transaction
from shared.ids import new_id
from shared.ledger import Ledger
from shared.messages.events import CallEvent
from shared.messages.notices import AccountBlocked, CallCharged, Notice
from shared.messages.registry import decode_notice, envelope_of
from shared.messages.requests import Admit, Admitted, Authorize, Authorized, Refused, Renewed
from shared.models import Call
from shared.settings import Settings
from tests.billing_worker.books import audit
from tests.billing_worker.line import line_to
from tests.billing_worker.town import Conversation, Town, of_type
from tests.harness.databases import Database

SECONDS_MAX = 30
ASK_MS = 5_000


class Office:
    """A bus with workers at it, and what a signaling node's mailbox gets from them."""

    def __init__(self, bus: MemoryBus) -> None:
        self.bus = bus
        self.notices: list[Notice] = []
        self._more = asyncio.Event()

    async def take(self, notice: Delivery) -> None:
        self.notices.append(decode_notice(notice.body))
        self._more.set()

    async def said(self, *events: CallEvent) -> None:
        """Publish events."""
        outcomes = await self.bus.publish([envelope_of(said) for said in events])
        assert set(outcomes) <= {Outcome.CONFIRMED}

    async def charged(self, count: int) -> list[CallCharged]:
        """Wait until so many different calls were charged; return their notices."""
        async with asyncio.timeout(SECONDS_MAX):
            while len({notice.call_id for notice in of_type(CallCharged, self.notices)}) < count:
                self._more.clear()
                await self._more.wait()
        return of_type(CallCharged, self.notices)


@pytest.fixture
async def office(anyio_backend: str) -> AsyncIterator[Office]:
    """A bus that nobody serves yet."""
    bus = MemoryBus()
    await bus.start()
    yield Office(bus)
    await bus.close()


@asynccontextmanager
async def working(engine: AsyncEngine, bus: MemoryBus, **changes: int) -> AsyncIterator[BillingWorker]:
    """Run a worker."""
    settings = msgspec.structs.replace(Settings(), **changes)
    worker = BillingWorker(settings, engine=engine, bus=bus, clock=SystemClock())
    await worker.start()
    try:
        yield worker
    finally:
        async with asyncio.timeout(SECONDS_MAX):
            await worker.stop()


async def test_a_whole_call_over_the_bus(town: Town, office: Office) -> None:
    """C2, C6, F1: admitted, authorized, renewed, ended, charged, blocked, and told."""
    caller, callee = await town.moves_in(25), await town.moves_in()
    mailbox = await office.bus.open_mailbox("node-1", office.take)
    await mailbox.bind(caller.id)
    call = town.conversation(caller, callee)
    session_id = await town.logs_in(caller)
    async with working(town.engine, office.bus):
        assert isinstance(
            await ask(office, Admit(node="node-1", account_id=caller.id, session_id=session_id)), Admitted
        )
        assert isinstance(await ask(office, town.invitation(caller, callee, call.id)), Authorized)
        await office.said(call.started())
        assert isinstance(await office.bus.ask(call.renewal(2), timeout_ms=ASK_MS), Renewed)
        await office.said(call.ended(60_001))
        (charged,) = await office.charged(1)
    assert charged.charge_minor == 20
    assert len(of_type(AccountBlocked, office.notices)) == 1
    await audit(town.engine)


async def test_poison_in_a_batch_of_a_hundred(town: Town, office: Office, caplog: pytest.LogCaptureFixture) -> None:
    """F3: three bad messages are parked with their reasons; the ninety-seven others are settled."""
    calls = await town.many_calls(97)
    good = [envelope_of(call.ended(1)) for call in calls]
    bad = [
        msgspec.structs.replace(good[0], message_id=new_id(), body=b"{"),
        envelope_of(calls[0].ended(1, caller_id=new_id())),
        envelope_of(town.conversation(calls[0].caller, calls[0].callee).ended(1)),
    ]
    await office.bus.publish([*good[:30], bad[0], *good[30:60], bad[1], bad[2], *good[60:]])

    with town.statements() as statements:
        async with working(town.engine, office.bus):
            await until(lambda: not office.bus.queued(CALL_EVENTS.name) and len(office.bus.dead_letters) == 3)

    assert [letter.message_id for letter in office.bus.dead_letters] == [str(one.message_id) for one in bad]
    assert [letter.reason.split()[0] for letter in office.bus.dead_letters] == [
        "unreadable:",
        "impossible:",
        "unknown_call",
    ]
    for call in calls:
        assert (await town.wallet(call.caller)).balance_minor == 90
    await audit(town.engine)
    assert sum(statement.startswith("UPDATE calls") for statement in statements) == 1


async def test_a_request_at_fault_hurts_no_other(
    town: Town, office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    """F3: asked together with one that the database refuses, the others are answered all the same."""
    pairs = [(await town.moves_in(100), await town.moves_in()) for _ in range(5)]
    asked = [town.invitation(*pair) for pair in pairs]
    asked[2] = msgspec.structs.replace(asked[2], node="\0")
    async with asyncio.TaskGroup() as tasks:
        replies = [tasks.create_task(ask(office, request)) for request in asked]
        await asyncio.sleep(0)
        async with working(town.engine, office.bus):
            await asyncio.wait(replies)
    kinds = [type(reply.result()) for reply in replies]
    assert kinds == [Authorized, Authorized, Refused, Authorized, Authorized]
    await audit(town.engine)


async def test_a_stopped_worker_leaves_nothing_half_done(town: Town, office: Office) -> None:
    """D16 for billing: the batch at hand is finished and told; the rest waits in the queue for the next worker."""
    calls = await town.many_calls(40)
    await office.said(*(call.ended(1) for call in calls))
    async with working(town.engine, office.bus, settle_batch_max=5) as worker:
        async with transaction(town.engine) as holding:
            await Ledger.open(holding, [calls[0].caller.id], now=town.clock.now())
            await until(lambda: len(office.bus.queued(CALL_EVENTS.name)) == 35)
            stopping = asyncio.create_task(worker.stop())
            await asyncio.sleep(0)
            assert await settled(town, calls) == 0
        await stopping
    assert len(office.bus.queued(CALL_EVENTS.name)) == 35
    assert await settled(town, calls) == 5
    assert await town.notices() == []

    async with working(town.engine, office.bus):
        await until(lambda: not office.bus.queued(CALL_EVENTS.name))
    assert await settled(town, calls) == 40
    await audit(town.engine)


async def test_several_workers_share_the_queue(town: Town, office: Office, database: Database) -> None:
    """C9: events repeated and spread over three workers at once; every call is charged once."""
    calls = await town.many_calls(30)
    await town.asks(*(call.renewal(2) for call in calls))
    mailbox = await office.bus.open_mailbox("node-1", office.take)
    for call in calls:
        await mailbox.bind(call.caller.id)
    engines = [create_engine(database.app_url, connections_max=4) for _ in range(3)]
    async with (
        working(engines[0], office.bus, settle_batch_max=7),
        working(engines[1], office.bus, settle_batch_max=5),
        working(engines[2], office.bus, settle_batch_max=3),
    ):
        for _ in range(4):
            await office.said(*(said for call in calls for said in (call.ended(60_001), call.started())))
        charged = await office.charged(30)
        await until(lambda: not office.bus.queued(CALL_EVENTS.name))
    for engine in engines:
        await engine.dispose()
    assert len(charged) == 30
    assert [(await town.wallet(call.caller)).balance_minor for call in calls] == [80] * 30
    await audit(town.engine)


async def test_an_outage_of_the_database_is_waited_out(
    database: Database, town: Town, office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    """C12, E7: nobody is answered, events are held, nothing is rejected; then each call is charged once."""
    caller, callee = await town.moves_in(100), await town.moves_in()
    calls = await town.many_calls(20)
    mailbox = await office.bus.open_mailbox("node-1", office.take)
    for call in calls:
        await mailbox.bind(call.caller.id)
    async with line_to(database.app_url) as (line, url):
        engine = create_engine(url, connections_max=4)
        async with working(engine, office.bus, relay_idle_ms=50) as worker:
            for place in (0, 10):
                await line.cut()
                assert not await worker.probes["database"]()
                with pytest.raises(NoReplyError):
                    await office.bus.ask(town.invitation(caller, callee), timeout_ms=500)
                await office.said(*(call.ended(1) for call in calls[place : place + 10]))
                await line.mend()
                await office.charged(place + 10)
            assert isinstance(await ask(office, town.invitation(caller, callee)), Authorized)
            assert await worker.probes["database"]()
        await engine.dispose()
    assert office.bus.dead_letters == []
    assert await settled(town, calls) == 20
    await audit(town.engine)


async def test_connections_cut_in_the_middle_of_the_work(
    database: Database, town: Town, office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    """C9: whether a commit that was cut off had happened or not, nobody is charged twice."""
    calls = await town.many_calls(60)
    mailbox = await office.bus.open_mailbox("node-1", office.take)
    for call in calls:
        await mailbox.bind(call.caller.id)
    async with line_to(database.app_url) as (line, url):
        engine = create_engine(url, connections_max=4)
        async with working(engine, office.bus, relay_idle_ms=50, settle_batch_max=4):
            for place in range(0, 60, 20):
                await office.said(*(call.ended(1) for call in calls[place : place + 20]))
                await office.charged(place + 3)
                await line.cut()
                await line.mend()
            await office.charged(60)
        await engine.dispose()
    assert [(await town.wallet(call.caller)).balance_minor for call in calls] == [90] * 60
    assert {notice.charge_minor for notice in of_type(CallCharged, office.notices)} == {10}
    await audit(town.engine)


async def test_the_worker_watches_over_silent_calls(town: Town, office: Office) -> None:
    """C11: a call of long ago (the town's clock stands in another year) is swept without being asked."""
    caller = await town.moves_in(100)
    call = await town.calls(caller, await town.moves_in())
    await back_date(town, call)
    mailbox = await office.bus.open_mailbox("node-1", office.take)
    await mailbox.bind(caller.id)
    async with working(town.engine, office.bus, sweep_ms=20, sweep_grace_ms=20):
        (charged, *_) = await office.charged(1)
    assert charged.charge_minor == 0
    assert (await call.record()).reason == "lost"


async def test_health_pages(town: Town, office: Office, database: Database) -> None:
    """E7: live in any case, ready only with database and bus, and which is missing."""
    async with line_to(database.app_url) as (line, url):
        engine = create_engine(url, connections_max=2)
        async with working(engine, office.bus) as worker:
            transport = httpx.ASGITransport(app=health_app(worker.probes, worker.metrics))
            async with httpx.AsyncClient(transport=transport, base_url="http://worker") as client:
                ready = await client.get("/health/ready")
                assert (ready.status_code, ready.json()["dependencies"]) == (200, {"database": "up", "bus": "up"})
                await line.cut()
                unready = await client.get("/health/ready")
                assert (unready.status_code, unready.json()["dependencies"]["database"]) == (503, "down")
                assert int(unready.headers["retry-after"]) > 0
                assert (await client.get("/health/live")).status_code == 200
                assert (await client.get("/nothing")).status_code == 404
            await line.mend()
        await engine.dispose()


async def ask(office: Office, request: Admit | Authorize) -> object:
    return await office.bus.ask(request, timeout_ms=ASK_MS)


async def until(met: Callable[[], bool]) -> None:
    """Let the worker work until the condition holds."""
    async with asyncio.timeout(SECONDS_MAX):
        while not met():  # noqa: ASYNC110 - a queue in memory tells nobody that it is empty
            await asyncio.sleep(0.005)


async def settled(town: Town, calls: list[Conversation]) -> int:
    return sum([(await call.record()).settled_at is not None for call in calls])


async def back_date(town: Town, call: Conversation) -> None:
    """Let the call's lease have ended long ago by the real clock, too."""
    async with transaction(town.engine) as connection:
        await connection.execute(
            update(Call).where(Call.id == call.id).values(lease_ends_at=datetime(2020, 1, 1, tzinfo=UTC))
        )
