"""What is over is forgotten, and nothing else."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import func, insert, select

from billing_worker.housekeeping import REMOVED_MAX, Housekeeping
from shared.bus.memory import MemoryBus
from shared.database import reading, transaction
from shared.ids import new_id
from shared.models import IdempotencyKey, RefreshToken, Session, Throttle
from tests.billing_worker.test_worker import working
from tests.billing_worker.town import Resident, Town

RETENTION = timedelta(days=30)
KEY_RETENTION = timedelta(days=90)
DAY_MS = 24 * 3_600_000


def housekeeping(town: Town) -> Housekeeping:
    """Return one of that retention."""
    return Housekeeping(town.engine, clock=town.clock, retention=RETENTION, key_retention=KEY_RETENTION)


async def logs_in(town: Town, resident: Resident, *, life: timedelta, ended: bool = False) -> UUID:
    """Open a session now, whose refresh token lives so long."""
    now, session_id = town.clock.now(), new_id()
    async with transaction(town.engine) as connection:
        session = {"id": session_id, "account_id": resident.id, "address": "192.0.2.1", "user_agent": "A phone"}
        moments = {"created_at": now, "last_used_at": now, "ended_at": now if ended else None}
        await connection.execute(insert(Session).values(**session, **moments))
        token = {
            "token_hash": session_id.bytes,
            "session_id": session_id,
            "created_at": now,
            "expires_at": now + life,
        }
        await connection.execute(insert(RefreshToken).values(token))
    return session_id


async def kept(town: Town) -> set[UUID]:
    """Return the sessions that there are."""
    async with reading(town.engine) as connection:
        return set((await connection.execute(select(Session.id))).scalars())


async def test_sessions_that_are_over_are_kept_for_a_while(town: Town) -> None:
    """A15: ended, or past refreshing; whoever may still come back does."""
    ann = await town.moves_in()
    ended = await logs_in(town, ann, life=timedelta(days=60), ended=True)
    unused = await logs_in(town, ann, life=timedelta(days=10))
    alive = await logs_in(town, ann, life=timedelta(days=60))
    tidying = housekeeping(town)
    town.clock.advance(30 * DAY_MS)
    assert (await tidying.tidy(), await kept(town)) == (0, {ended, unused, alive})
    town.clock.advance(1)
    assert (await tidying.tidy(), await kept(town)) == (1, {unused, alive})
    town.clock.advance(10 * DAY_MS)
    assert (await tidying.tidy(), await kept(town)) == (1, {alive})
    town.clock.advance(50 * DAY_MS)
    assert (await tidying.tidy(), await kept(town)) == (1, set())


async def test_tokens_go_with_their_session_and_counts_when_they_count_no_more(town: Town) -> None:
    """A12, A19: what still counts stays."""
    ann, now = await town.moves_in(), town.clock.now()
    for days in (1, 60):
        await logs_in(town, ann, life=timedelta(days=days))
        async with transaction(town.engine) as connection:
            await connection.execute(insert(Throttle).values(key=f"of {days}", free_at=now + timedelta(days=days)))
    town.clock.advance(32 * DAY_MS)
    await housekeeping(town).tidy()
    async with reading(town.engine) as connection:
        tokens = (await connection.execute(select(func.count()).select_from(RefreshToken))).scalar_one()
        counts = list((await connection.execute(select(Throttle.key))).scalars())
    assert (tokens, counts) == (1, ["of 60"])


async def test_keys_are_kept_for_as_long_as_was_said(town: Town) -> None:
    """B4: also those of requests that were never answered; in batches, and whosever they are."""
    people = [await town.moves_in() for _ in range(3)]
    await asks(town, people[:2], ["a", "b"])
    town.clock.advance(1)
    await asks(town, people[2:], ["c"])
    town.clock.advance(90 * DAY_MS - 1)
    await housekeeping(town).tidy()
    assert await keys(town) == ["a", "a", "b", "b", "c"]
    town.clock.advance(1)
    await housekeeping(town).tidy()
    assert await keys(town) == ["c"]
    await asks(town, people[:1], [f"key {number}" for number in range(REMOVED_MAX + 1)])
    town.clock.advance(90 * DAY_MS + 1)
    await housekeeping(town).tidy()
    assert await keys(town) == []


async def asks(town: Town, people: list[Resident], named: list[str]) -> None:
    """Store keys of requests made now."""
    now = town.clock.now()
    rows = [
        {"account_id": one.id, "key": key, "route": "", "body_hash": b"", "subject_id": new_id()}
        for one in people
        for key in named
    ]
    async with transaction(town.engine) as connection:
        await connection.execute(
            insert(IdempotencyKey), [{**row, "started_at": now, "locked_until": now} for row in rows]
        )


async def keys(town: Town) -> list[str]:
    """Return the keys that there are."""
    async with reading(town.engine) as connection:
        return list((await connection.execute(select(IdempotencyKey.key).order_by(IdempotencyKey.key))).scalars())


async def test_a_round_removes_all_but_what_somebody_is_busy_with(town: Town) -> None:
    """A15: however many people there are, what is over is not kept for longer than was said."""
    ann = await town.moves_in()
    async with transaction(town.engine) as connection:
        over = {"account_id": ann.id, "ended_at": town.clock.now(), "last_used_at": town.clock.now()}
        await connection.execute(insert(Session), [{"id": new_id(), **over} for _ in range(REMOVED_MAX + 2)])
    town.clock.advance(31 * DAY_MS)
    async with transaction(town.engine) as connection:
        await connection.execute(select(Session.id).order_by(Session.id).limit(1).with_for_update())
        assert await housekeeping(town).tidy() == REMOVED_MAX + 1
    assert await housekeeping(town).tidy() == 1


async def test_a_round_has_an_end(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is too much for one goes with the next, so that a worker can stop."""
    monkeypatch.setattr("billing_worker.housekeeping.TRANSACTIONS_MAX", 1)
    ann = await town.moves_in()
    async with transaction(town.engine) as connection:
        over = {"account_id": ann.id, "ended_at": town.clock.now(), "last_used_at": town.clock.now()}
        await connection.execute(insert(Session), [{"id": new_id(), **over} for _ in range(REMOVED_MAX + 1)])
    town.clock.advance(31 * DAY_MS)
    assert [await housekeeping(town).tidy() for _ in range(3)] == [REMOVED_MAX, 1, 0]


async def test_a_worker_does_it(town: Town) -> None:
    """Its first round is at its start, and is finished before it stops."""
    town.clock.shift_wall(-20 * 366 * DAY_MS)  # the worker has a clock of its own
    await logs_in(town, await town.moves_in(), life=timedelta(days=1))
    bus = MemoryBus()
    await bus.start()
    async with working(town.engine, bus):
        pass
    await bus.close()
    assert await kept(town) == set()
