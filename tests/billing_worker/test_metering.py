"""What talk time costs, on the way it takes in production: authorized, renewed, ended, settled."""

import pytest

from shared.messages.base import EndReason
from shared.messages.notices import AccountBlocked, CallCharged, WalletChanged
from shared.money import minutes_of
from tests.billing_worker.town import MINUTE_MS, PRICE, Town, of_type

C2 = [(0, 0), (1, 10), (60_000, 10), (60_001, 20), (120_000, 20), (120_001, 30)]
C3 = [(3_599_000, 600), (3_600_000, 600), (3_601_000, 610), (3_661_000, 620), (86_400_000, 14_400)]


@pytest.mark.parametrize(("talk_ms", "charge"), C2 + C3)
async def test_every_started_minute_is_charged(town: Town, talk_ms: int, charge: int) -> None:
    """C2, C3, C4, C13: the caller pays started minutes, the callee nothing, the row says it all."""
    caller, callee = await town.moves_in(20_000), await town.moves_in(500)
    call = await town.calls(caller, callee, minutes=max(1, minutes_of(talk_ms, minute_ms=MINUTE_MS)))
    authorized_at = town.clock.now()
    town.clock.advance(5_000)
    started_at = town.clock.now()
    town.clock.advance(talk_ms)
    ended = call.ended(talk_ms, started_at=started_at)

    assert await town.hears(call.started(), ended) == []

    paid, received = await town.wallet(caller), await town.wallet(callee)
    assert (paid.balance_minor, paid.held_minor) == (20_000 - charge, 0)
    assert (received.balance_minor, received.held_minor) == (500, 0)
    assert await town.entries(callee) == []
    assert await town.entries(caller) == ([(f"charge:{call.id}", -charge)] if charge else [])
    record = await call.record()
    assert (record.price_minor, record.talk_ms, record.minutes, record.charge_minor, record.reason) == (
        PRICE,
        talk_ms,
        charge // PRICE,
        charge,
        "hung_up",
    )
    assert (record.authorized_at, record.ended_at) == (authorized_at, ended.ended_at)
    assert record.settled_at == town.clock.now()


async def test_a_charge_never_exceeds_what_is_held(town: Town) -> None:
    """An end beyond the paid minutes costs the paid minutes."""
    caller = await town.moves_in(1_000)
    call = await town.calls(caller, await town.moves_in(), minutes=2)

    await town.hears(call.ended(10 * MINUTE_MS))

    assert (await town.wallet(caller)).balance_minor == 1_000 - 2 * PRICE
    assert (await call.record()).talk_ms == 10 * MINUTE_MS


async def test_a_price_changed_during_the_call_is_for_the_next_one(town: Town) -> None:
    """B7: a running call keeps the price it was authorized at, in its renewals, too."""
    caller = await town.moves_in(1_000)
    call = await town.calls(caller, await town.moves_in())
    await town.changes_price(caller, 300)
    await call.renewed(2)

    await town.hears(call.ended(MINUTE_MS + 1))

    assert (await town.wallet(caller)).balance_minor == 1_000 - 2 * PRICE


async def test_free_talk_books_nothing(town: Town) -> None:
    """A price of zero holds, charges and blocks nothing."""
    caller = await town.moves_in(0, price=0)
    call = await town.calls(caller, await town.moves_in(), minutes=3)

    await town.hears(call.started(), call.ended(2 * MINUTE_MS + 1))

    assert await town.entries(caller) == []
    assert (await town.wallet(caller)).blocked_at is None
    assert (await call.record()).minutes == 3


async def test_the_money_runs_out(town: Town) -> None:
    """C6: of 25, two minutes are paid and 5 are left; the caller is blocked and told so exactly once."""
    caller, callee = await town.moves_in(25), await town.moves_in()
    call = await town.calls(caller, callee, minutes=2)
    ended = call.ended(2 * MINUTE_MS, EndReason.OUT_OF_FUNDS)

    for _ in range(3):
        await town.hears(call.started(), ended, ended)

    wallet = await town.wallet(caller)
    assert (wallet.balance_minor, wallet.held_minor) == (5, 0)
    assert wallet.blocked_at == town.clock.now()
    notices = await town.notices()
    (blocked,) = of_type(AccountBlocked, notices)
    assert (blocked.account_id, blocked.shortfall_minor, blocked.wallet.blocked) == (caller.id, 5, True)
    (charged,) = of_type(CallCharged, notices)
    assert (charged.charge_minor, charged.minutes, charged.talk_ms) == (20, 2, 2 * MINUTE_MS)
    assert charged.wallet == blocked.wallet
    assert charged.wallet.version == wallet.version
    # The money after the charge is told with the charge, and not once more.
    assert [notice.wallet.held_minor for notice in of_type(WalletChanged, notices)] == [10, 20]
    assert {notice.account_id for notice in notices} == {caller.id}


async def test_nothing_talked_is_told_as_nothing_charged(town: Town) -> None:
    """The word that a call cost nothing is a word, too."""
    caller = await town.moves_in(10)
    call = await town.calls(caller, await town.moves_in())

    await town.hears(call.ended(0, EndReason.MISSED))

    (charged,) = of_type(CallCharged, await town.notices())
    assert (charged.charge_minor, charged.wallet.available_minor) == (0, 10)
    assert (await town.wallet(caller)).blocked_at is None
