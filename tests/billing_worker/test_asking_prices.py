"""Callees may ask a price: the caller pays it, the block stays about the caller's own."""

import pytest

from shared.messages.base import EndReason, RefusalReason
from shared.messages.requests import Authorized, Refused, RenewalRefused
from tests.billing_worker.test_authorize import refused
from tests.billing_worker.test_who_may_call import (
    ALL,
    UNKNOWN,
    Make,
    blocking,
    contacts_only,
    offline,
    unknown_id,
)
from tests.billing_worker.town import Resident, Town


@pytest.mark.parametrize(("asking", "price"), [(None, 10), (0, 0), (3, 3), (25, 25)])
async def test_the_callees_price_is_frozen_into_the_call(town: Town, asking: int | None, price: int) -> None:
    """B7: held minute by minute, charged, and shared, whatever is set meanwhile."""
    caller, expert = await town.moves_in(100), await town.moves_in(price=77)
    await town.asks_price(expert, asking, share_bp=5_000)

    reply = await town.invites(caller, expert)

    assert isinstance(reply, Authorized)
    assert (reply.price_minor, reply.terms.earning_share_bp) == (price, 5_000)
    call = town.conversation_of(reply, caller, expert)
    await town.asks_price(expert, 1_000, share_bp=0)
    await town.changes_price(caller, 1_000)
    await call.renewed(2)
    assert (await town.wallet(caller)).held_minor == 2 * price
    await town.changes_price(caller, 10)
    await town.hears(call.ended(61_000))
    wallet, earner = await town.wallet(caller), await town.wallet(expert)
    assert (wallet.balance_minor, wallet.held_minor, earner.earned_minor) == (100 - 2 * price, 0, price)


async def test_money_that_pays_ones_own_price_may_not_pay_an_experts(town: Town) -> None:
    """C5: refused with the price that counts; one who asks less can be called all the same."""
    caller, dear, cheap = await town.moves_in(24), await town.moves_in(), await town.moves_in()
    await town.asks_price(dear, 25)
    await town.asks_price(cheap, 24)
    reply = await town.invites(caller, dear)
    assert isinstance(reply, Refused)
    assert (reply.reason, reply.price_minor, reply.shortfall_minor, reply.currency) == (
        RefusalReason.INSUFFICIENT_FUNDS,
        25,
        1,
        "EUR",
    )
    call = await town.calls(caller, cheap)
    assert await town.asks(call.renewal(2)) == [
        RenewalRefused(call_id=call.id, minute=2, reason="insufficient_funds", shortfall_minor=24)
    ]


async def test_less_than_ones_own_price_pays_a_cheaper_call(town: Town) -> None:
    """C5: unless the account is blocked, which is about the own price and ends with a payment alone."""
    caller, cheap, free = await town.moves_in(9), await town.moves_in(), await town.moves_in()
    await town.asks_price(cheap, 4)
    await town.asks_price(free, 0)
    call = await town.calls(caller, cheap)
    await town.hears(call.ended(1))
    assert (await town.wallet(caller)).blocked_at is not None
    for callee, price in ((cheap, 10), (free, 10)):
        reply = await town.invites(caller, callee)
        assert isinstance(reply, Refused)
        assert (reply.reason, reply.price_minor, reply.shortfall_minor) == (RefusalReason.BLOCKED, price, 5)
    await town.asks_price(cheap, 30)
    reply = await town.invites(caller, cheap)
    assert isinstance(reply, Refused)
    assert (reply.reason, reply.price_minor, reply.shortfall_minor) == (RefusalReason.BLOCKED, 30, 25)
    await town.tops_up(caller, 5)
    assert isinstance(await town.invites(caller, free), Authorized)


async def test_a_dear_call_blocks_where_ones_own_minute_is_not_left(town: Town) -> None:
    """C6: what is left counts against the own price."""
    caller, expert, dear = await town.moves_in(40), await town.moves_in(), await town.moves_in()
    await town.asks_price(expert, 30)
    await town.asks_price(dear, 31)
    call = await town.calls(caller, expert)
    await town.hears(call.ended(60_000, EndReason.OUT_OF_FUNDS))
    assert (await town.wallet(caller)).blocked_at is None
    assert refused(await town.invites(caller, dear)) is RefusalReason.INSUFFICIENT_FUNDS
    other = await town.calls(await town.moves_in(39), expert)
    await town.hears(other.ended(60_000))
    assert (await town.wallet(other.caller)).blocked_at is not None


@pytest.mark.parametrize("make", ALL)
async def test_a_price_says_nothing_of_who_can_be_reached(town: Town, make: Make) -> None:
    """D4: whoever cannot pay it hears that of all who exist, there or not; of others, what one's own price says."""
    caller, rich = await town.moves_in(24), await town.moves_in(25)
    for who, expected in (
        (caller, RefusalReason.UNREACHABLE if make in UNKNOWN else RefusalReason.INSUFFICIENT_FUNDS),
        (rich, RefusalReason.UNREACHABLE),
    ):
        request = await make(town, who)
        callee_id = request.callee_id or await town.id_of(request.callee_user_name or "")
        if make is not unknown_id and callee_id is not None:
            await town.asks_price(Resident(callee_id, ""), 25)
        (reply,) = await town.asks(request)
        assert refused(reply) is expected


@pytest.mark.parametrize("make", [blocking, contacts_only, offline])
async def test_the_refusal_for_a_price_is_the_same_of_all(town: Town, make: Make) -> None:
    """D4: field by field."""
    caller, there = await town.moves_in(24), await town.moves_in()
    await town.asks_price(there, 25)
    request = await make(town, caller)
    assert request.callee_id is not None
    await town.asks_price(Resident(request.callee_id, ""), 25)
    (reply,) = await town.asks(request)
    usual = await town.invites(caller, there, request.call_id)
    assert reply == usual


async def test_glare_keeps_the_terms_of_the_first_caller(town: Town) -> None:
    """D10: the second invite accepts; it costs its sender nothing, whatever either asks."""
    first, second = await town.moves_in(100), await town.moves_in(0)
    await town.asks_price(first, 99)
    await town.asks_price(second, 20, share_bp=10_000)
    call = await town.calls(first, second)
    reply = await town.invites(second, first)
    assert isinstance(reply, Refused)
    assert (reply.reason, reply.glare_call_id) == (RefusalReason.BUSY, call.id)
    await town.hears(call.ended(1))
    assert ((await call.record()).price_minor, (await town.wallet(second)).earned_minor) == (20, 20)


async def test_the_attempt_to_reach_a_busy_expert_keeps_the_price(town: Town) -> None:
    """C13: as it would have been."""
    expert = await town.moves_in()
    await town.asks_price(expert, 25)
    await town.calls(await town.moves_in(100), expert)
    reply = await town.invites(await town.moves_in(100), expert)
    assert refused(reply) is RefusalReason.BUSY
    assert isinstance(reply, Refused)
    record = await town.record(reply.call_id)
    assert record is not None
    assert (record.price_minor, record.charge_minor) == (25, 0)
