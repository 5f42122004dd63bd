"""What ended calls leave behind: the right charge once, no hold, no claim, whatever came in whatever order."""

import itertools
import random
from datetime import UTC, datetime

import msgspec
import pytest

from shared.bus.interface import Delivery
from shared.ids import new_id
from shared.messages.base import EndReason
from shared.messages.events import CallEvent
from shared.messages.notices import AccountBlocked, AccountUnblocked, CallCharged
from tests.billing_worker.town import MINUTE_MS, PRICE, Resident, Town, delivery, of_type


@pytest.mark.parametrize("reason", EndReason)
async def test_no_end_leaves_a_hold(town: Town, reason: EndReason) -> None:
    """C1, C10: every reason, started or not, with one to three minutes held, talked or not."""
    caller, callee = await town.moves_in(1_000), await town.moves_in(PRICE)
    paid = 0
    for started, minutes, talk_ms in itertools.product((False, True), (1, 2, 3), (0, 1, 2 * MINUTE_MS + 1)):
        call = await town.calls(caller, callee, minutes=minutes)

        await town.hears(*([call.started()] if started else []), call.ended(talk_ms, reason))

        due = min(-(-talk_ms // MINUTE_MS), minutes)
        paid += due * PRICE
        payer, other = await town.wallet(caller), await town.wallet(callee)
        assert (payer.held_minor, payer.in_call_id, other.in_call_id) == (0, None, None)
        assert (payer.balance_minor, other.balance_minor) == (1_000 - paid, PRICE)
        record = await call.record()
        assert (record.reason, record.minutes) == (reason.value, due)


async def test_every_order_and_number_of_deliveries(town: Town) -> None:
    """C9: start, two contradicting ends and a sweep, in every order, each repeated, cut into batches anyhow."""
    chance = random.Random(9)
    for order in itertools.permutations(range(4)):
        caller = await town.moves_in(1_000)
        call = await town.calls(caller, await town.moves_in(), minutes=3)
        await town.asks(call.renewal(3, 2 * MINUTE_MS + 5))
        started = call.started()
        events: list[CallEvent] = [started, call.ended(2 * MINUTE_MS + 1), call.ended(100_000), call.sweep(3)]

        for batch in cut(repeated([events[place] for place in order], chance), chance):
            await town.hears(*batch)

        assert (await town.wallet(caller)).balance_minor == 1_000 - 2 * PRICE, order
        record = await call.record()
        assert (record.talk_ms, record.minutes, record.started_at) == (100_000, 2, started.started_at)


@pytest.mark.parametrize("times", range(1, 6))
async def test_every_event_one_to_five_times(town: Town, times: int) -> None:
    """C9: repeated in one batch, and batch after batch."""
    caller = await town.moves_in(100)
    call = await town.calls(caller, await town.moves_in(), minutes=2)
    events: list[CallEvent] = [call.started(), call.ended(MINUTE_MS + 1)]

    await town.hears(*events * times)
    for said in events * times:
        await town.hears(said)

    assert await town.entries(caller) == [(f"charge:{call.id}", -20)]
    assert len(of_type(CallCharged, await town.notices())) == 1


async def test_a_settled_call_may_only_shrink(town: Town) -> None:
    """B11: less talk time is refunded, each time under its own key; more changes nothing."""
    caller = await town.moves_in(40)
    call = await town.calls(caller, await town.moves_in(), minutes=4)

    await town.hears(call.ended(4 * MINUTE_MS))
    assert (await town.wallet(caller)).blocked_at is not None
    for talk_ms in (3 * MINUTE_MS, 3 * MINUTE_MS - 1, 9 * MINUTE_MS, 1, 3 * MINUTE_MS):
        await town.hears(call.ended(talk_ms, EndReason.LOST))

    assert await town.entries(caller) == [
        (f"charge:{call.id}", -40),
        (f"refund:{call.id}:1", 10),
        (f"refund:{call.id}:2", 20),
    ]
    record = await call.record()
    assert (record.talk_ms, record.minutes, record.charge_minor, record.reason) == (1, 1, 10, "hung_up")
    notices = await town.notices()
    assert [notice.charge_minor for notice in of_type(CallCharged, notices)] == [40, 30, 10]
    assert len(of_type(AccountBlocked, notices)) == len(of_type(AccountUnblocked, notices)) == 1
    assert (await town.wallet(caller)).blocked_at is None


async def test_shrinking_within_one_batch_is_one_charge(town: Town) -> None:
    """The smallest talk time of the batch is charged at once."""
    caller = await town.moves_in(40)
    call = await town.calls(caller, await town.moves_in(), minutes=4)

    await town.hears(call.ended(4 * MINUTE_MS), call.ended(1), call.ended(2 * MINUTE_MS))

    assert await town.entries(caller) == [(f"charge:{call.id}", -10)]


async def test_a_shrink_frees_money_that_another_call_holds_on(town: Town) -> None:
    """A refund of an old call while a new one of the same caller runs touches no hold of the new one."""
    caller, callee = await town.moves_in(40), await town.moves_in()
    old = await town.calls(caller, callee, minutes=2)
    await town.hears(old.ended(2 * MINUTE_MS))
    new = await town.calls(caller, callee, minutes=2)

    await town.hears(old.ended(1), new.ended(1))

    assert (await town.wallet(caller)).balance_minor == 20


async def test_nobody_is_blocked_in_a_call_by_an_old_one(town: Town) -> None:
    """An old call shrinks while its caller is in a new one and a minute has become too dear: the new one judges."""
    caller, callee = await town.moves_in(40), await town.moves_in()
    old = await town.calls(caller, callee, minutes=2)
    await town.hears(old.ended(2 * MINUTE_MS))
    new = await town.calls(caller, callee)
    await town.changes_price(caller, 300)

    await town.hears(old.ended(1))
    assert (await town.wallet(caller)).blocked_at is None

    await town.hears(new.ended(1))
    assert (await town.wallet(caller)).blocked_at is not None


async def test_a_call_is_settled_once_by_its_block_notice(town: Town) -> None:
    """One block notice, however often the account stays below a minute."""
    caller = await town.moves_in(25)
    for talk_ms in (0, 1, 1):
        call = await town.calls(caller, await town.moves_in())
        await town.hears(call.ended(talk_ms))
        await town.hears(call.ended(talk_ms))

    assert len(of_type(AccountBlocked, await town.notices())) == 1


async def test_an_end_before_its_start(town: Town) -> None:
    """The end is self-contained; a start that comes late, or never, changes no money."""
    caller = await town.moves_in(100)
    call = await town.calls(caller, await town.moves_in())
    started = call.started()
    town.clock.advance(1_000)

    await town.hears(call.ended(1, started_at=started.started_at))
    settled = await call.record()
    await town.hears(msgspec.structs.replace(started, started_at=town.clock.now()))

    assert settled.started_at == started.started_at
    assert await call.record() == settled


async def test_what_contradicts_is_rejected(town: Town) -> None:
    """F3: with its reason, and without touching anything."""
    caller, callee, other = [await town.moves_in(100) for _ in range(3)]
    call = await town.calls(caller, callee)
    unknown, strangers = town.conversation(caller, callee), town.conversation(Resident(new_id(), "x"), callee)
    before = await call.record()

    rejected = await town.hears(
        call.ended(1, caller_id=other.id),
        msgspec.structs.replace(call.started(), callee_id=other.id),
        unknown.ended(1),
        unknown.started(),
        strangers.ended(0),
        unknown.sweep(1),
    )

    assert [one.reason.split()[0].rstrip(":") for one in rejected] == [
        "impossible",
        "impossible",
        "unknown_call",
        "unknown_call",
        "impossible",
    ]
    assert await call.record() == before


async def test_an_end_alone_is_kept_where_its_caller_exists(town: Town) -> None:
    """A tombstone costs nothing, tells the caller so, and need not know the callee.

    One that never knew the callee says nothing: it may be all that is left of a refusal.
    """
    caller = await town.moves_in(5)
    calls = [town.conversation(caller, callee) for callee in (await town.moves_in(), Resident(new_id(), "x"))]
    nobody = msgspec.structs.replace(town.conversation(caller, caller).ended(0), callee_id=None)

    assert await town.hears(*(call.ended(0, EndReason.CANCELLED) for call in calls), nobody) == []

    assert [(await call.record()).callee_id for call in calls] == [calls[0].callee.id, None]
    assert await town.entries(caller) == []
    assert (await town.wallet(caller)).blocked_at is None
    told = {notice.call_id for notice in of_type(CallCharged, await town.notices())}
    assert told == {call.id for call in calls}
    hidden = await town.record(nobody.call_id)
    assert hidden is not None
    assert hidden.hidden_from_caller
    assert [(await call.record()).hidden_from_caller for call in calls] == [False, False]


UNREADABLE = {
    "not JSON": b"{",
    "not UTF-8": b'{"type":"call.ended","node":"\xff"}',
    "another message": b'{"type":"account.blocked"}',
    "deep": b'{"type":"call.ended","event_id":' + b"[" * 100_000,
}


@pytest.mark.parametrize("body", UNREADABLE.values(), ids=UNREADABLE)
async def test_an_unreadable_body_is_rejected(town: Town, body: bytes) -> None:
    """F3: and the event beside it is settled."""
    caller = await town.moves_in(100)
    call = await town.calls(caller, await town.moves_in())

    (rejected,) = await town.receives(
        Delivery(type="call.ended", message_id="bad", body=body), delivery(call.ended(1))
    )

    assert rejected.delivery.message_id == "bad"
    assert rejected.reason.startswith("unreadable: ")
    assert (await town.wallet(caller)).balance_minor == 90


async def test_what_the_database_cannot_store_is_rejected_at_the_door(town: Town) -> None:
    """F3: NUL, times without a zone and years that overflow would fail the whole batch."""
    caller = await town.moves_in(100)
    call = await town.calls(caller, await town.moves_in())
    ended = call.ended(1)
    bad: list[CallEvent] = [
        msgspec.structs.replace(ended, node="\0"),
        msgspec.structs.replace(ended, ended_at=datetime(2030, 1, 1)),  # noqa: DTZ001 - that is what is wrong
        msgspec.structs.replace(ended, ended_at=datetime(9999, 12, 31, 23, tzinfo=UTC)),
        msgspec.structs.replace(ended, started_at=datetime(1, 1, 1, tzinfo=UTC)),
    ]

    with town.statements() as statements:
        rejected = await town.hears(*bad)

    assert len(rejected) == len(bad)
    assert not [statement for statement in statements if statement.startswith("UPDATE")]


async def test_a_batch_is_a_handful_of_statements(town: Town) -> None:
    """However many calls: lock twice, write each table once, ring once."""
    town.audited = False
    calls = await town.many_calls(20)

    counted = []
    for batch in (calls[:1], calls[1:]):
        with town.statements() as statements:
            await town.settlement.handle([delivery(call.ended(1)) for call in batch])
        counted.append(len(statements))

    assert counted[0] == counted[1] <= 7


def repeated(events: list[CallEvent], chance: random.Random) -> list[CallEvent]:
    """Return the events in this order, each up to five times; what is repeated may come again later."""
    once = list(events)
    for said in events:
        for _ in range(chance.randrange(5)):
            once.insert(chance.randrange(events.index(said), len(once)) + 1, said)
    return once


def cut(events: list[CallEvent], chance: random.Random) -> list[list[CallEvent]]:
    """Return the events cut into batches."""
    batches: list[list[CallEvent]] = [[]]
    for said in events:
        batches[-1].append(said)
        if chance.random() < 0.4:
            batches.append([])
    return [batch for batch in batches if batch]
