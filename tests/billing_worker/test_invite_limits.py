"""Invites are limited: by caller, by pair and by callee, whichever worker is asked."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import msgspec
import pytest
from sqlalchemy import select

from shared.database import create_engine, reading
from shared.ids import new_id
from shared.messages.base import RefusalReason
from shared.messages.requests import Authorize, Authorized, Refused, Reply
from shared.models import Throttle
from shared.settings import Settings
from shared.settings_loading import with_changes
from shared.throttling.counters import Counters
from shared.throttling.shares import Rate, Share
from tests.billing_worker.town import Resident, Town
from tests.harness.clock import ManualClock
from tests.harness.databases import Database

WORKERS = 2
WIDE = "100000/1"


@pytest.fixture
async def towns(database: Database, clock: ManualClock) -> AsyncIterator[list[Town]]:
    """The same town as two workers see it."""
    engines = [create_engine(database.app_url, connections_max=8) for _ in range(WORKERS)]
    yield [Town(engine, clock, audited=False) for engine in engines]
    for engine in engines:
        await engine.dispose()


def limited(town: Town, **limits: Any) -> Town:
    """Return the town with these limits, and no others to speak of."""
    others = dict.fromkeys(("invite_limit", "invite_limit_pair", "invite_limit_callee"), WIDE)
    return replace(town, settings=with_changes(Settings(), **{**others, **limits}))


def away(town: Town, caller: Resident, callee: Resident) -> Authorize:
    """Return an invite that holds nothing and leaves the caller free for the next."""
    return town.invitation(caller, callee, reachable=False)


def reasons(replies: list[Reply]) -> list[RefusalReason]:
    return [reply.reason for reply in replies if isinstance(reply, Refused)]


def count(replies: list[Reply]) -> int:
    """Return how many were too many."""
    return reasons(replies).count(RefusalReason.TOO_MANY_CALLS)


async def test_two_workers_count_together(towns: list[Town]) -> None:
    """In whatever batches they come: what is left is used up, and nothing more."""
    caller = await towns[0].moves_in(100)
    strict = [limited(town, invite_limit="10/60") for town in towns]
    requests = [away(towns[0], caller, Resident(new_id(), f"nobody{n}")) for n in range(40)]

    answers = await asyncio.gather(
        *(strict[n % WORKERS].admission.handle(requests[n * 5 : n * 5 + 5]) for n in range(8))
    )

    replies = [reply for answer in answers for reply in answer]
    assert (len(replies), count(replies)) == (40, 30)


async def test_how_long_to_wait_is_told(town: Town, clock: ManualClock) -> None:
    """What was refused is not counted, so waiting as told is enough, and a millisecond less is not."""
    caller, callee = await town.moves_in(100), await town.moves_in()
    town = limited(town, invite_limit_pair="2/60")
    replies = [await town.admission.handle([away(town, caller, callee)]) for _ in range(4)]
    refused = replies[3][0]
    assert isinstance(refused, Refused)
    assert refused == Refused(call_id=refused.call_id, reason=RefusalReason.TOO_MANY_CALLS, retry_after_ms=30_000)
    clock.advance(29_999)
    assert count(await town.asks(away(town, caller, callee))) == 1
    clock.advance(1)
    assert count(await town.asks(away(town, caller, callee), away(town, caller, callee))) == 1


@pytest.mark.parametrize("limit", ["invite_limit", "invite_limit_pair", "invite_limit_callee"])
async def test_whose_share_it_is(town: Town, limit: str) -> None:
    """Each limit counts what it says, and leaves everybody else theirs."""
    one, two = await town.moves_in(100), await town.moves_in(100)
    here, there = await town.moves_in(), await town.moves_in()
    town = limited(town, **{limit: "1/60"})
    pairs = {"first": (one, here), "same callee": (two, here), "same caller": (one, there), "again": (one, here)}
    replies = await town.asks(*(away(town, *pair) for pair in pairs.values()))
    refused = {
        name
        for name, reply in zip(pairs, replies, strict=True)
        if isinstance(reply, Refused) and reply.reason is RefusalReason.TOO_MANY_CALLS
    }
    assert (
        refused - {"again"}
        == {
            "invite_limit": {"same caller"},
            "invite_limit_pair": set(),
            "invite_limit_callee": {"same callee"},
        }[limit]
    )
    assert "again" in refused


async def test_who_cannot_call_anybody_uses_up_nothing_of_a_callees(town: Town) -> None:
    """Else some accounts, which cost nothing, would keep everybody from reaching somebody."""
    poor, rich, callee = await town.moves_in(0), await town.moves_in(100), await town.moves_in()
    town = limited(town, invite_limit_callee="1/60")
    replies = await town.asks(*(away(town, poor, callee) for _ in range(3)), away(town, rich, callee))
    assert reasons(replies) == [*[RefusalReason.INSUFFICIENT_FUNDS] * 3, RefusalReason.UNREACHABLE]


async def test_too_many_to_a_callee_are_none_of_the_callers(town: Town) -> None:
    """What was refused is not counted, here neither."""
    caller, callee, other = await town.moves_in(100), await town.moves_in(), await town.moves_in()
    town = limited(town, invite_limit="2/60", invite_limit_callee="1/60")
    invites = [away(town, caller, callee) for _ in range(4)]
    replies = await town.asks(*invites, away(town, caller, other))
    assert reasons(replies) == [
        RefusalReason.UNREACHABLE, *[RefusalReason.TOO_MANY_CALLS] * 3, RefusalReason.UNREACHABLE,
    ]  # fmt: skip


@pytest.mark.parametrize("is_there", [True, False])
@pytest.mark.parametrize("named", [True, False])
async def test_it_counts_the_same_who_is_not_there(town: Town, is_there: bool, named: bool) -> None:
    """Else the limit itself would tell; names are the same in any case."""
    caller = await town.moves_in(100)
    callee = await town.moves_in(name="Somebody") if is_there else Resident(new_id(), "Somebody")
    town = limited(town, invite_limit_pair="2/60", invite_limit_callee="4/60")
    requests = [away(town, caller, callee) for _ in range(3)]
    if named:
        names = ("somebody", "SOMEBODY", "Somebody")
        requests = [
            msgspec.structs.replace(request, callee_id=None, callee_user_name=name)
            for request, name in zip(requests, names, strict=True)
        ]
    replies = await town.asks(*requests)
    assert reasons(replies) == [
        RefusalReason.UNREACHABLE, RefusalReason.UNREACHABLE, RefusalReason.TOO_MANY_CALLS,
    ]  # fmt: skip


async def test_a_repeated_request_is_counted_once(town: Town) -> None:
    """The bus may deliver it again; the call is known then."""
    caller, callee = await town.moves_in(100), await town.moves_in()
    town = limited(town, invite_limit="1/60")
    request = town.invitation(caller, callee)
    for _ in range(3):
        replies = await town.asks(request, request)
        assert all(isinstance(reply, Authorized) for reply in replies)


async def test_a_batch_that_fails_counts_nothing(town: Town) -> None:
    """The bus gives its requests again one by one."""
    caller, callee = await town.moves_in(100), await town.moves_in()
    town = limited(town, invite_limit="1/60")
    bad = msgspec.structs.replace(town.invitation(caller, callee), node="\0")
    assert reasons(await town.asks(bad)) == [RefusalReason.BILLING_UNAVAILABLE]
    assert isinstance(await town.invites(caller, callee), Authorized)


async def test_nothing_personal_is_kept(town: Town) -> None:
    """A15: who calls whom is told by hashes, and not for long."""
    caller = await town.moves_in(100)
    request = away(town, caller, Resident(new_id(), "x"))
    await town.asks(msgspec.structs.replace(request, callee_id=None, callee_user_name="somebody"))
    async with reading(town.engine) as connection:
        keys = list(await connection.scalars(select(Throttle.key)))
    assert len(keys) == 3
    assert not any(word in key for key in keys for word in ("somebody", str(caller.id), str(caller.id.hex)))


async def test_many_workers_at_the_same_shares_never_deadlock(towns: list[Town], clock: ManualClock) -> None:
    """Shares are locked in the order of their keys, whatever the order of the requests."""
    shares = [Share("test", str(n), Rate(burst=1_000, seconds=60)) for n in range(30)]

    async def take(town: Town, wanted: list[Share]) -> None:
        async with town.engine.begin() as connection:
            counters = await Counters.open(connection, wanted, now=clock.now())
            assert counters.take(wanted) is None
            await counters.save()

    await asyncio.gather(
        *(take(towns[n % WORKERS], shares[n % 7 :] if n % 2 else shares[n % 5 :][::-1]) for n in range(24))
    )
