"""What people want to spend at most: for one call, for one day, and how long a call may last."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from shared.database import transaction
from shared.messages.base import RefusalReason
from shared.messages.requests import Authorized, Refused, RenewalRefused, Renewed
from shared.models import Call
from tests.billing_worker.test_who_may_call import set_to
from tests.billing_worker.town import Conversation, Resident, Town

HOUR_MS = 3_600_000


def limited(reply: object, limit: str, *, left: int) -> None:
    assert isinstance(reply, Refused), reply
    assert (reply.reason, reply.spend_limit, reply.left_minor) == (RefusalReason.SPEND_LIMIT, limit, left)
    assert (reply.price_minor, reply.shortfall_minor, reply.currency) == (10, None, "EUR")


def not_renewed(call: Conversation, minute: int, limit: str) -> RenewalRefused:
    return RenewalRefused(call_id=call.id, minute=minute, reason="spend_limit", spend_limit=limit)  # type: ignore[arg-type]  # both are meant


async def talks(town: Town, caller: Resident, callee: Resident, *, minutes: int) -> Conversation:
    """Have the two talk for so many minutes, and be charged; the clock moves on by as much."""
    call = await town.calls(caller, callee, minutes=minutes)
    await town.hears(call.ended(minutes * 60_000))
    town.clock.advance(minutes * 60_000)
    return call


@pytest.mark.parametrize(("limit", "minutes"), [(10, 1), (19, 1), (20, 2), (35, 3)])
async def test_one_call_holds_no_more_than_its_limit(town: Town, limit: int, minutes: int) -> None:
    """Of each call anew, whatever else is in the wallet."""
    caller, callee = await town.moves_in(1_000), await town.moves_in()
    await town.limits(caller, call=limit)
    for _ in range(2):
        call = await town.calls(caller, callee, minutes=minutes)
        assert await town.asks(call.renewal(minutes + 1)) == [not_renewed(call, minutes + 1, "call")]
        assert (await town.wallet(caller)).held_minor == minutes * 10
        await town.hears(call.ended(minutes * 60_000))


async def test_less_than_a_minute_is_no_call(town: Town) -> None:
    """D4: nothing is held, nothing kept; also where the money would not be there either."""
    caller, callee = await town.moves_in(100), await town.moves_in()
    await town.limits(caller, call=9)
    limited(await town.invites(caller, callee), "call", left=9)
    poor = await town.moves_in(5)
    await town.limits(poor, day=4)
    limited(await town.invites(poor, callee), "day", left=4)
    assert await town.notices() == []


async def test_one_day_holds_no_more_than_its_limit(town: Town) -> None:
    """What was charged today, and what is held, together; a new day begins with nothing."""
    caller, callee = await town.moves_in(1_000), await town.moves_in()
    await town.limits(caller, day=55)
    await talks(town, caller, callee, minutes=2)
    await talks(town, caller, callee, minutes=1)
    call = await town.calls(caller, callee, minutes=2)
    assert await town.asks(call.renewal(3)) == [not_renewed(call, 3, "day")]
    await town.hears(call.ended(120_000))
    limited(await town.invites(caller, callee), "day", left=5)
    town.clock.advance(11 * HOUR_MS)
    limited(await town.invites(caller, callee), "day", left=5)
    town.clock.advance(HOUR_MS)
    assert isinstance(await town.invites(caller, callee), Authorized)


async def test_calls_of_others_and_calls_that_one_takes_are_not_counted(town: Town) -> None:
    """The limit is the payer's."""
    caller, callee, other = [await town.moves_in(1_000) for _ in range(3)]
    await town.limits(caller, day=20)
    await talks(town, other, caller, minutes=5)
    await talks(town, other, callee, minutes=5)
    call = await town.calls(caller, callee, minutes=2)
    assert await town.asks(call.renewal(3)) == [not_renewed(call, 3, "day")]


@pytest.mark.parametrize(
    ("zone", "charged", "counts"),
    [
        ("UTC", datetime(2030, 1, 1, tzinfo=UTC), True),
        ("UTC", datetime(2029, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC), False),
        ("Europe/Berlin", datetime(2029, 12, 31, 23, tzinfo=UTC), True),
        ("Europe/Berlin", datetime(2029, 12, 31, 22, 59, 59, 999_999, tzinfo=UTC), False),
        ("America/New_York", datetime(2030, 1, 1, 5, tzinfo=UTC), True),
        ("America/New_York", datetime(2030, 1, 1, 4, 59, 59, 999_999, tzinfo=UTC), False),
    ],
)
async def test_a_call_counts_for_the_day_on_which_it_is_charged(
    town: Town, zone: str, charged: datetime, counts: bool
) -> None:
    """However long ago it began, by billing's clock and time zone. It is noon of the first of January, UTC."""
    town = set_to(town, spend_day_time_zone=zone)
    caller, callee = await town.moves_in(1_000), await town.moves_in()
    now = town.clock.now()
    town.clock.shift_wall(-7 * 24 * HOUR_MS)
    call = await talks(town, caller, callee, minutes=1)
    town.clock.shift_wall(round((now - town.clock.now()) / timedelta(milliseconds=1)))
    async with transaction(town.engine) as connection:
        await connection.execute(update(Call).where(Call.id == call.id).values(settled_at=charged))
    await town.limits(caller, day=19)
    reply = await town.invites(caller, callee)
    if counts:
        limited(reply, "day", left=9)
    else:
        assert isinstance(reply, Authorized)


async def test_what_operators_gave_back_may_be_spent_again(town: Town) -> None:
    """B11: a refund of today's call."""
    caller, callee = await town.moves_in(1_000), await town.moves_in()
    await town.limits(caller, day=25)
    call = await talks(town, caller, callee, minutes=2)
    limited(await town.invites(caller, callee), "day", left=5)
    async with transaction(town.engine) as connection:
        await connection.execute(update(Call).where(Call.id == call.id).values(refunded_minor=5))
    town.audited = False
    assert isinstance(await town.invites(caller, callee), Authorized)


async def test_a_limit_that_is_lowered_counts_from_the_next_minute(town: Town) -> None:
    """What is held stays held, and is charged: it was allowed."""
    caller, callee = await town.moves_in(1_000), await town.moves_in()
    call = await town.calls(caller, callee, minutes=3)
    await town.limits(caller, call=10)
    assert await town.asks(call.renewal(3), call.renewal(4)) == [
        Renewed(call_id=call.id, minute=3),
        not_renewed(call, 4, "call"),
    ]
    await town.limits(caller, day=10)
    assert await town.asks(call.renewal(4)) == [not_renewed(call, 4, "day")]
    await town.hears(call.ended(180_000))
    assert (await call.record()).charge_minor == 30


async def test_a_limit_that_is_raised_lets_the_call_go_on(town: Town) -> None:
    """C7: asked again, the same minute is held; no more of them than the new limit allows."""
    caller, callee = await town.moves_in(1_000), await town.moves_in()
    await town.limits(caller, call=10)
    call = await town.calls(caller, callee)
    assert await town.asks(call.renewal(2)) == [not_renewed(call, 2, "call")]
    await town.limits(caller, call=20)
    assert await town.asks(call.renewal(2), call.renewal(3)) == [
        Renewed(call_id=call.id, minute=2),
        not_renewed(call, 3, "call"),
    ]


async def test_a_proof_of_life_counts_although_the_minute_is_refused(town: Town) -> None:
    """C11"""
    caller, callee = await town.moves_in(1_000), await town.moves_in()
    await town.limits(caller, day=10)
    call = await town.calls(caller, callee)
    await town.asks(call.renewal(2))
    record = await call.record()
    assert (record.minutes_held, record.proof_talk_ms) == (1, 45_000)


async def test_nothing_limits_what_costs_nothing(town: Town) -> None:
    """Minutes without a price are no spending."""
    caller, callee = await town.moves_in(1_000), await town.moves_in()
    await town.asks_price(callee, 0)
    await town.limits(caller, call=1, day=1)
    call = await town.calls(caller, callee, minutes=5)
    await town.hears(call.ended(300_000))


async def test_the_longest_call_is_told_to_who_ends_it(town: Town) -> None:
    """The payer's, as it is when the call is authorized."""
    caller, callee = await town.moves_in(1_000), await town.moves_in()
    await town.limits(callee, call_ms=1)
    await town.limits(caller, call_ms=90_000)
    invitation = town.invitation(caller, callee)
    for _ in range(2):
        (reply,) = await town.asks(invitation)
        assert isinstance(reply, Authorized)
        assert reply.talk_ms_max == 90_000


async def test_only_who_has_limited_the_day_is_looked_up(town: Town) -> None:
    """Everybody else costs not one statement more."""
    callee, other = await town.moves_in(), await town.moves_in()
    asked: dict[str, int] = {}
    for name, limits in (("none", {}), ("call", {"call": 100}), ("day", {"day": 100})):
        caller = await town.moves_in(1_000)
        await town.limits(caller, **limits)
        await town.limits(callee, day=100)
        with town.statements() as sent:
            call = await town.calls(caller, callee, minutes=2)
            asked[name] = sum("charge_minor - calls.refunded_minor" in statement for statement in sent)
        await town.hears(call.ended(1))
    await town.limits(other)
    assert asked == {"none": 0, "call": 0, "day": 2}


async def test_a_batch_reads_the_days_of_all_at_once(town: Town) -> None:
    """One statement, and each limit is its owner's."""
    callers = [await town.moves_in(1_000) for _ in range(3)]
    callees = [await town.moves_in() for _ in range(3)]
    for caller, day in zip(callers, (9, 19, 100), strict=True):
        await town.limits(caller, day=day)
    await talks(town, callers[1], callees[1], minutes=1)
    with town.statements() as sent:
        replies = await town.asks(*map(town.invitation, callers, callees))
    assert sum("charge_minor - calls.refunded_minor" in statement for statement in sent) == 1
    limited(replies[0], "day", left=9)
    limited(replies[1], "day", left=9)
    assert isinstance(replies[2], Authorized)
