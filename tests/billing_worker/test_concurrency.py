"""Several workers at the same rows at once."""

import asyncio
import os
import random
from collections.abc import AsyncIterator, Awaitable

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.database import create_engine
from shared.messages.base import RefusalReason
from shared.messages.events import CallEnded
from shared.messages.requests import Authorized, Refused
from tests.billing_worker.books import audit
from tests.billing_worker.town import Conversation, Resident, Town
from tests.harness.clock import ManualClock
from tests.harness.databases import Database

WORKERS = 3
ROUNDS = int(os.environ.get("ROUNDS", "10"))
"""`ROUNDS=1000` for the long run."""
STEPS = 60


@pytest.fixture
async def towns(database: Database, clock: ManualClock) -> AsyncIterator[list[Town]]:
    """The same town as several workers see it, each with connections of its own."""
    engines = [create_engine(database.app_url, connections_max=8) for _ in range(WORKERS)]
    yield [Town(engine, clock, audited=False) for engine in engines]
    for engine in engines:
        await engine.dispose()


@pytest.mark.parametrize("together", [False, True], ids=["each alone", "in batches"])
async def test_thirty_invites_with_money_for_one_minute(
    towns: list[Town], clock: ManualClock, together: bool
) -> None:
    """C8: exactly one rings, also where several workers are asked."""
    caller = await towns[0].moves_in(10)
    callees = [await towns[0].moves_in() for _ in range(30)]
    for _ in range(ROUNDS):
        clock.advance(60_000)  # for these invites to be no more than the caller may make
        invitations = [towns[0].invitation(caller, callee) for callee in callees]
        size = 10 if together else 1
        replies = await asyncio.gather(
            *(
                towns[place % WORKERS].admission.handle(invitations[place : place + size])
                for place in range(0, len(invitations), size)
            )
        )

        answered = [reply for batch in replies for reply in batch]
        (authorized,) = [reply for reply in answered if isinstance(reply, Authorized)]
        refusals = {reply.reason for reply in answered if isinstance(reply, Refused)}
        assert refusals == {RefusalReason.ALREADY_IN_CALL}
        await audit(towns[0].engine)
        callee = next(callee for callee in callees if callee.id == authorized.callee.account_id)
        await towns[0].hears(Conversation(towns[0], authorized.call_id, caller, callee).ended(0))


async def test_thirty_callers_of_one_callee(towns: list[Town]) -> None:
    """C8 from the other side: nobody is in two calls."""
    callee = await towns[0].moves_in()
    callers = [await towns[0].moves_in(10) for _ in range(30)]

    replies = await asyncio.gather(
        *(towns[place % WORKERS].invites(caller, callee) for place, caller in enumerate(callers))
    )

    assert sum(isinstance(reply, Authorized) for reply in replies) == 1
    assert {reply.reason for reply in replies if isinstance(reply, Refused)} == {RefusalReason.BUSY}
    await audit(towns[0].engine)


async def test_the_same_invite_at_several_workers(towns: list[Town]) -> None:
    """A repeated request whose first is still under way gets the same reply, and holds nothing more."""
    caller, callee = await towns[0].moves_in(100), await towns[0].moves_in()
    for _ in range(ROUNDS):
        invitation = towns[0].invitation(caller, callee)
        replies = await asyncio.gather(*(town.admission.handle([invitation]) for town in towns * 3))

        assert all(isinstance(reply, Authorized) for (reply,) in replies), replies
        assert (await towns[0].wallet(caller)).held_minor == 10
        await towns[0].hears(Conversation(towns[0], invitation.call_id, caller, callee).ended(0))


async def test_an_end_races_its_authorize(towns: list[Town]) -> None:
    """Whoever is first, nothing stays held and nobody stays claimed."""
    caller, callee = await towns[0].moves_in(100), await towns[0].moves_in()
    for _ in range(ROUNDS):
        call = towns[0].conversation(caller, callee)
        await asyncio.gather(
            towns[0].admission.handle([towns[0].invitation(caller, callee, call.id)]),
            towns[1].hears(call.ended(0)),
            towns[2].hears(call.ended(0), call.ended(0)),
        )
        assert (await towns[0].wallet(caller)).in_call_id is None
        await audit(towns[0].engine)


async def test_the_same_ends_in_other_orders_at_several_workers(towns: list[Town]) -> None:
    """C9: redelivered batches meet at the same rows, of known calls and of ends that overtook their authorize."""
    caller_of = {await towns[0].moves_in(100): await towns[0].moves_in() for _ in range(40)}
    for _ in range(3):
        calls = [await towns[0].calls(caller, callee) for caller, callee in caller_of.items()]
        unknown = [towns[0].conversation(caller, callee) for caller, callee in caller_of.items()]
        events = [call.ended(1) for call in calls] + [call.ended(0) for call in unknown]

        def shuffled(seed: int, events: list[CallEnded] = events) -> list[CallEnded]:
            return random.Random(seed).sample(events, len(events))

        rejected = await asyncio.gather(*(town.hears(*shuffled(n)) for n, town in enumerate(towns * 2)))

        assert not any(rejected)
        await audit(towns[0].engine)
    assert {(await towns[0].wallet(caller)).balance_minor for caller in caller_of} == {70}


async def test_nothing_deadlocks(towns: list[Town]) -> None:
    """B8: workers authorize, renew, settle and top up the same few accounts, in large batches and at once.

    A deadlock, or any other failure, would surface as an exception here.
    """
    residents = [await towns[0].moves_in(200) for _ in range(6)]
    paid = [200 * len(residents)]
    over = asyncio.Event()
    auditing = asyncio.create_task(_audit_until(over, towns[0].engine))
    lives: list[Awaitable[None]] = [_live(towns[n % WORKERS], residents, random.Random(n), paid) for n in range(9)]
    try:
        await asyncio.gather(*lives)
    finally:
        over.set()
        await auditing

    wallets = [await towns[0].wallet(resident) for resident in residents]
    assert all(wallet.held_minor == 0 and wallet.in_call_id is None for wallet in wallets)
    assert 0 < sum(wallet.balance_minor for wallet in wallets) < paid[0]


async def _live(town: Town, residents: list[Resident], chance: random.Random, paid: list[int]) -> None:
    """Make calls in batches with everybody, and end them all."""
    for _ in range(STEPS // 9):
        pairs = [chance.sample(residents, 2) for _ in range(8)]
        invitations = [town.invitation(caller, callee) for caller, callee in pairs]
        replies = await town.admission.handle(invitations)
        calls = [
            Conversation(town, invitation.call_id, caller, callee)
            for invitation, reply, (caller, callee) in zip(invitations, replies, pairs, strict=True)
            if isinstance(reply, Authorized)
        ]
        renewals = await town.admission.handle([call.renewal(2) for call in calls])
        assert {getattr(reply, "reason", "") for reply in renewals} <= {"", "insufficient_funds"}
        if chance.random() < 0.3:
            paid[0] += 50
            await town.tops_up(chance.choice(residents), 50)
        events = [said for call in calls for said in (call.started(), call.ended(chance.choice([0, 1, 70_000])))]
        chance.shuffle(events)
        assert await town.hears(*events, *events) == []


async def _audit_until(over: asyncio.Event, engine: AsyncEngine) -> None:
    while not over.is_set():
        await audit(engine)
