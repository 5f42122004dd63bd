"""Calls of which the callee earns a share, and calls by other terms than the usual."""

import pytest
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.database import transaction
from shared.ledger import Ledger
from shared.messages.events import CallEnded
from shared.messages.registry import decode_call_event
from shared.models import Call, OutboxMessage
from tests.billing_worker.town import MINUTE_MS, PRICE, Conversation, Resident, Town


async def asks(town: Town, callee: Resident, price_minor: int | None, *, share_bp: int) -> None:
    """Set what the callee earns, as an operator would."""
    async with transaction(town.engine) as connection:
        ledger = await Ledger.open(connection, [callee.id], now=town.clock.now())
        ledger.set_asking_price(callee.id, price_minor, earning_share_bp=share_bp)
        await ledger.save()


async def shared_call(town: Town, *, minutes: int, share_bp: int) -> Conversation:
    caller, callee = await town.moves_in(1_000), await town.moves_in()
    await asks(town, callee, None, share_bp=share_bp)
    return await town.calls(caller, callee, minutes=minutes)


@pytest.mark.parametrize(
    ("share_bp", "earned"), [(0, 0), (1, 0), (3_333, 9), (5_000, 15), (9_999, 29), (10_000, 30)]
)
async def test_the_share_is_rounded_down(town: Town, share_bp: int, earned: int) -> None:
    """Three minutes cost 30; the house keeps what cannot be divided."""
    call = await shared_call(town, minutes=3, share_bp=share_bp)
    await town.hears(call.started(), call.ended(3 * MINUTE_MS))
    assert (await town.wallet(call.callee)).earned_minor == earned
    assert (await town.wallet(call.caller)).balance_minor == 1_000 - 3 * PRICE
    record = await call.record()
    assert (record.charge_minor, record.earned_minor, record.earning_share_bp) == (30, earned, share_bp)


async def test_a_call_keeps_the_share_that_it_was_authorized_at(town: Town) -> None:
    call = await shared_call(town, minutes=2, share_bp=5_000)
    await asks(town, call.callee, 999, share_bp=0)
    await town.hears(call.ended(2 * MINUTE_MS))
    assert (await town.wallet(call.callee)).earned_minor == 10


async def test_a_call_that_shrinks_takes_its_share_back(town: Town) -> None:
    """C9: a smaller end that comes later, in whatever order; both of them leave the same."""
    for order in ((0, 1), (1, 0)):
        call = await shared_call(town, minutes=3, share_bp=5_000)
        ends = [call.ended(3 * MINUTE_MS), call.ended(MINUTE_MS)]
        for place in (*order, *order):
            await town.hears(ends[place])
        assert (await town.wallet(call.callee)).earned_minor == 5
        assert (await town.wallet(call.caller)).balance_minor == 1_000 - PRICE
        record = await call.record()
        assert (record.charge_minor, record.earned_minor, record.refunded_minor) == (10, 5, 0)


async def test_what_was_paid_out_is_the_houses_loss(town: Town) -> None:
    call = await shared_call(town, minutes=3, share_bp=5_000)
    await town.hears(call.ended(3 * MINUTE_MS))
    async with transaction(town.engine) as connection:
        ledger = await Ledger.open(connection, [call.callee.id], now=town.clock.now())
        ledger.pay_out(call.callee.id, 12, payout_id=call.id)
        await ledger.save()
    await town.hears(call.ended(MINUTE_MS))
    assert (await town.wallet(call.callee)).earned_minor == 0
    assert (await town.wallet(call.caller)).balance_minor == 1_000 - PRICE
    assert (await call.record()).earned_minor == 12


async def refunded(connection: AsyncConnection, town: Town, call: Conversation, amount_minor: int) -> None:
    """Give back part of the charge, as an operator's refund does."""
    ledger = await Ledger.open(connection, [call.caller.id, call.callee.id], now=town.clock.now())
    ledger.refund(call.caller.id, amount_minor, call_id=call.id, number=1)
    await ledger.save()
    await connection.execute(
        update(Call).where(Call.id == call.id).values(refunded_minor=amount_minor, refund_count=1)
    )


@pytest.mark.parametrize(("already", "paid", "left"), [(5, 10, 0), (20, 10, 0), (25, 5, 5), (30, 0, 10)])
async def test_nothing_is_given_back_twice(town: Town, already: int, paid: int, left: int) -> None:
    """B11: of 30 an operator gave back some already; then the call turns out to have been of one minute."""
    call = await shared_call(town, minutes=3, share_bp=0)
    await town.hears(call.ended(3 * MINUTE_MS))
    async with transaction(town.engine) as connection:
        await refunded(connection, town, call, already)
    await town.hears(call.ended(MINUTE_MS))
    assert (await town.wallet(call.caller)).balance_minor == 1_000 - paid
    record = await call.record()
    assert (record.charge_minor, record.refunded_minor) == (PRICE, left)


async def test_what_billing_ends_itself_is_told_in_full(town: Town) -> None:
    """Replay: nobody else tells the log of a call that was swept, or refused with a row of its own."""
    call = await town.calls(await town.moves_in(100), await town.moves_in(), minutes=2)
    await town.asks(call.renewal(2, MINUTE_MS - 1))
    await town.hears(call.started(), call.sweep(2))
    async with transaction(town.engine) as connection:
        bodies = await connection.scalars(select(OutboxMessage.body).where(OutboxMessage.type == "call.ended"))
        (told,) = [decode_call_event(body.encode()) for body in bodies]
    assert isinstance(told, CallEnded)
    record = await call.record()
    assert (told.talk_ms, told.price_minor, told.minutes_held) == (MINUTE_MS - 1, PRICE, 2)
    assert (told.ended_at, told.reason) == (record.ended_at, record.reason)
    assert told.terms is not None
    assert (told.terms.minute_ms, told.terms.authorized_at) == (MINUTE_MS, record.authorized_at)
    assert await town.hears(told) == []
