"""Ends that come after the settlement: they make a call shorter for a while, and then no more."""

from datetime import timedelta

import msgspec
import pytest
from msgspec.structs import replace
from sqlalchemy import text

from shared.database import transaction
from shared.messages.base import CallTerms
from shared.messages.events import CallEnded
from shared.messages.registry import encode
from tests.billing_worker.town import MINUTE_MS, PRICE, Town, delivery


@pytest.mark.parametrize(("late", "paid"), [(timedelta(0), 1), (timedelta(seconds=1), 3)])
async def test_a_call_that_was_settled_long_ago_stays_as_it_is(town: Town, late: timedelta, paid: int) -> None:
    """A node that says so after a week is mistaken or somebody else's; the message waits for people to decide."""
    call = await town.calls(await town.moves_in(100), await town.moves_in(), minutes=3)
    await town.hears(call.started(), call.ended(3 * MINUTE_MS))
    town.clock.advance(town.settings.correction_seconds_max * 1_000 + int(late / timedelta(milliseconds=1)))
    rejected = await town.hears(call.ended(MINUTE_MS))
    assert (await town.wallet(call.caller)).balance_minor == 100 - paid * PRICE
    assert [one.reason.partition(":")[0] for one in rejected] == (["too late"] if late else [])


async def test_repeating_the_end_is_never_too_late(town: Town) -> None:
    """F3: nothing is put aside that asks for nothing."""
    call = await town.calls(await town.moves_in(100), await town.moves_in(), minutes=3)
    ends = call.ended(MINUTE_MS), call.ended(2 * MINUTE_MS)
    await town.hears(call.started(), *ends)
    town.clock.advance(10 * town.settings.correction_seconds_max * 1_000)
    assert await town.hears(call.started(), *ends) == []


async def test_a_repeated_message_moves_nothing_of_what_was_charged_by_other_rules(town: Town) -> None:
    """Only a shorter end does: not rows of before minutes were frozen, of which some may be noted wrongly."""
    caller = await town.moves_in(100)
    call = await town.calls(caller, await town.moves_in(), minutes=2)
    await town.hears(call.started(), call.ended(2 * MINUTE_MS))
    async with transaction(town.engine) as connection:
        await connection.execute(text("UPDATE calls SET minute_ms = 2 * minute_ms"))
    await town.hears(call.started(), call.ended(2 * MINUTE_MS))
    assert (await town.wallet(caller)).balance_minor == 100 - 2 * PRICE


def wrong(ended: CallEnded, field: str, value: object) -> bytes:
    """Return the end with another value in its JSON."""
    told = msgspec.json.decode(encode(ended))
    inner, _, name = field.rpartition(".")
    (told[inner] if inner else told)[name] = value
    return msgspec.json.encode(told)


@pytest.mark.parametrize(
    ("field", "value"),
    [("terms.minute_ms", 0), ("terms.minute_ms", -1), ("terms.free_ms", 2**63), ("terms.grace_ms", -1),
     ("terms.earning_share_bp", 10_001), ("terms.authorized_at", "0001-01-01T00:00:00+14:00"),
     ("terms.authorized_at", "2030-01-01T00:00:00"), ("price_minor", 2**63), ("price_minor", -1),
     ("minutes_held", 2**31), ("ended_at", "2030-01-01T00:00:00"), ("node", "a\0b")],
)  # fmt: skip
async def test_an_end_that_nothing_could_be_done_with_is_put_aside(town: Town, field: str, value: object) -> None:
    """F3: at the door, also where nobody talked; a replay of the log meets it again."""
    call = await town.calls(await town.moves_in(100), await town.moves_in())
    terms = CallTerms(minute_ms=MINUTE_MS, authorized_at=town.clock.now())
    ended = replace(call.ended(0), terms=terms, minutes_held=1)
    good, bad = delivery(ended), wrong(ended, field, value)
    assert [one.reason.partition(":")[0] for one in await town.receives(replace(good, body=bad))] == ["unreadable"]
    assert await town.receives(good) == []
