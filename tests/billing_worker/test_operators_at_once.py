"""Operators, settlements, shrinking ends and payments at the same two wallets and calls at once (B8, B11)."""

import asyncio
import os
import random
from collections.abc import AsyncIterator, Coroutine
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncEngine

from api.problems import ProblemType
from shared.database import DatabaseUnavailableError, create_engine, transaction
from shared.ledger import Ledger
from shared.models import Call
from tests.billing_worker.books import audit
from tests.billing_worker.operators_desk import Desk
from tests.billing_worker.town import Conversation, Resident, Town
from tests.harness.clock import ManualClock
from tests.harness.databases import Database

WORKERS = 3
ROUNDS = int(os.environ.get("ROUNDS", "10"))
"""`ROUNDS=1000` for the long run."""
SHARE_BP = 3_333
MINUTES = 7
NO_MONEY = {None, ProblemType.INSUFFICIENT_FUNDS}
NO_CHARGE = {None, ProblemType.REFUND_TOO_LARGE, ProblemType.CALL_NOT_SETTLED}
MORE_THAN_CHARGED = """
    SELECT split_part(operation, ':', 2) AS call_id FROM ledger_entries
     WHERE purse = 'credit' AND split_part(operation, ':', 1) IN ('charge', 'refund')
     GROUP BY 1 HAVING sum(amount_minor) > 0
"""


@pytest.fixture
async def towns(database: Database, clock: ManualClock) -> AsyncIterator[list[Town]]:
    """The same town as several processes see it, each with connections of its own."""
    engines = [create_engine(database.app_url, connections_max=8) for _ in range(WORKERS)]
    yield [Town(engine, clock, audited=False) for engine in engines]
    for engine in engines:
        await engine.dispose()


async def test_nothing_deadlocks_and_the_books_balance(towns: list[Town], clock: ManualClock) -> None:
    """B8, B9, B11: any failure of the database, a deadlock above all, would surface here."""
    both = [await towns[0].moves_in(5_000) for _ in range(2)]
    for resident in both:
        await towns[0].asks_price(resident, None, share_bp=SHARE_BP)
    desks = [Desk(town, await towns[0].moves_in()) for town in towns]
    over = asyncio.Event()
    auditing = asyncio.create_task(_audit_until(over, towns[0].engine))
    try:
        for number in range(ROUNDS):
            clock.advance(60_000)  # for these invites to be no more than one may make
            await _round(towns, desks, both, random.Random(number))
    finally:
        over.set()
        await auditing


async def _round(towns: list[Town], desks: list[Desk], both: list[Resident], chance: random.Random) -> None:
    caller, callee = chance.sample(both, 2)
    ended = await towns[0].calls(caller, callee, minutes=MINUTES)
    assert await towns[0].hears(ended.started(), ended.ended(MINUTES * 60_000)) == []
    live = await towns[0].calls(callee, caller, minutes=MINUTES)
    acts: list[Coroutine[Any, Any, Any]] = [
        *(town.hears(ended.ended(chance.randrange(0, MINUTES * 60_000))) for town in towns),
        *(town.hears(live.started(), live.ended(chance.randrange(1, MINUTES * 60_000))) for town in towns),
        *(_refunded(desk, call, chance.randint(1, 30)) for desk in desks for call in (ended, live) for _ in (1, 2)),
        *(_paid_out(desk, who, chance.randint(1, 20)) for desk in desks for who in both),
        *(_adjusted(desk, who, chance.choice([-40, -3, 3, 40])) for desk in desks for who in both),
        *(town.tops_up(who, 10) for town in towns for who in both),
    ]
    chance.shuffle(acts)
    await asyncio.gather(*acts)

    async with transaction(towns[0].engine) as connection:
        found = await connection.execute(
            select(Call.settled_at, Call.charge_minor, Call.refunded_minor).where(Call.id.in_([ended.id, live.id]))
        )
        calls = found.all()
        assert (await connection.execute(text(MORE_THAN_CHARGED))).all() == []
    assert all(call.settled_at and 0 <= call.refunded_minor <= call.charge_minor for call in calls)
    await audit(towns[0].engine)


async def _refunded(desk: Desk, call: Conversation, amount_minor: int) -> None:
    assert await desk.refunds(call.id, amount_minor) in NO_CHARGE


async def _paid_out(desk: Desk, resident: Resident, amount_minor: int) -> None:
    assert await desk.pays_out(resident, amount_minor) in NO_MONEY


async def _adjusted(desk: Desk, resident: Resident, amount_minor: int) -> None:
    assert await desk.adjusts(resident, amount_minor) in NO_MONEY


async def test_a_shrinking_end_gives_back_what_operators_did_not(towns: list[Town]) -> None:
    """B11: whichever is first, what is not owed goes back, or what an operator gave where that is more."""
    for number in range(ROUNDS):
        caller, callee = await towns[0].moves_in(100), await towns[0].moves_in()
        await towns[0].asks_price(callee, None, share_bp=5_000)
        desk = Desk(towns[1], await towns[0].moves_in())
        call = await towns[0].calls(caller, callee, minutes=5)
        await towns[0].hears(call.started(), call.ended(5 * 60_000))
        given_minor = 10 * (number % 5)
        acts = [towns[2].hears(call.ended(2 * 60_000))]
        if given_minor:
            await asyncio.gather(*acts, desk.refunds(call.id, given_minor))
        else:
            await asyncio.gather(*acts)
        record = await call.record()
        paid_minor = record.charge_minor - record.refunded_minor
        # What an operator gives before the correction counts towards it; after it, what is left may be given.
        assert paid_minor in {min(20, 50 - given_minor), max(20 - given_minor, 20 if given_minor > 20 else 0)}
        assert (await towns[0].wallet(caller)).balance_minor == 100 - paid_minor
        assert (await towns[0].wallet(callee)).earned_minor == paid_minor // 2
        await audit(towns[0].engine)


async def test_a_deadlock_is_told_as_an_outage_and_does_nothing(towns: list[Town]) -> None:
    """E7: somebody at the database by hand, who locks in another order; the same act succeeds later."""
    caller, callee = await towns[0].moves_in(100), await towns[0].moves_in()
    desk = Desk(towns[1], await towns[0].moves_in())
    call = await towns[0].calls(caller, callee, minutes=5)
    await towns[0].hears(call.started(), call.ended(5 * 60_000))
    async with transaction(towns[2].engine) as connection:
        await Ledger.open(connection, [caller.id], now=towns[0].clock.now())
        refunding = asyncio.create_task(desk.refunds(call.id, 10))
        await _somebody_waits(towns[0].engine)
        # Whoever waited first looks first for a circle, and gives way.
        await connection.execute(select(Call.id).where(Call.id == call.id).with_for_update())
        with pytest.raises(DatabaseUnavailableError, match="Deadlock"):
            await refunding
    assert (await call.record()).refund_count == 0
    assert await desk.refunds(call.id, 10) is None
    await audit(towns[0].engine)


async def _somebody_waits(engine: AsyncEngine) -> None:
    waiting = text("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
    async with asyncio.timeout(10):
        while True:
            async with transaction(engine) as connection:
                if (await connection.execute(waiting)).scalar_one():
                    return


async def _audit_until(over: asyncio.Event, engine: AsyncEngine) -> None:
    while not over.is_set():
        await audit(engine)
