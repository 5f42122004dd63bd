"""Free talk and grace: frozen into the call, and charged by, to the millisecond."""

from datetime import timedelta

import pytest

from shared.messages.base import EndReason
from shared.messages.requests import Authorized
from tests.billing_worker.test_who_may_call import set_to
from tests.billing_worker.town import MINUTE_MS, Town

FREE_MS, GRACE_MS = 10_000, 15_000


@pytest.mark.parametrize(
    ("free_ms", "grace_ms", "talk_ms", "charge"),
    [
        *[(FREE_MS, 0, talk_ms, charge) for talk_ms, charge in [(0, 0), (1, 0), (10_000, 0), (10_001, 10)]],
        *[(FREE_MS, 0, talk_ms, charge) for talk_ms, charge in [(70_000, 10), (70_001, 20), (130_001, 30)]],
        *[(0, GRACE_MS, talk_ms, charge) for talk_ms, charge in [(1, 0), (15_000, 0), (15_001, 10), (60_001, 20)]],
        *[(FREE_MS, GRACE_MS, talk_ms, charge) for talk_ms, charge in [(15_000, 0), (15_001, 10), (70_001, 20)]],
        *[(0, 90_000, talk_ms, charge) for talk_ms, charge in [(90_000, 0), (90_001, 20)]],
        *[(100_000, 0, talk_ms, charge) for talk_ms, charge in [(100_000, 0), (3_700_000, 600), (3_700_001, 610)]],
    ],
)
async def test_what_is_free_is_not_charged(
    town: Town, free_ms: int, grace_ms: int, talk_ms: int, charge: int
) -> None:
    """C2, C3: started minutes after what is free; nothing at all within the grace. No hold is left."""
    town = set_to(town, free_talk_ms=free_ms, talk_grace_ms=grace_ms)
    caller = await town.moves_in(2_000)
    minutes = max(1, -(-max(0, talk_ms - free_ms) // MINUTE_MS))
    call = await town.calls(caller, await town.moves_in(), minutes=minutes)
    await town.hears(call.started(), call.ended(talk_ms))
    wallet = await town.wallet(caller)
    assert (wallet.balance_minor, wallet.held_minor) == (2_000 - charge, 0)
    record = await call.record()
    assert (record.charge_minor, record.minutes) == (charge, charge // 10)


async def test_the_terms_are_those_of_the_authorization(town: Town) -> None:
    """B7: other settings are for other calls; a worker that has them renews and charges this one by its own."""
    generous = set_to(town, free_talk_ms=FREE_MS, talk_grace_ms=GRACE_MS)
    caller, callee = await town.moves_in(100), await town.moves_in()
    reply = await generous.invites(caller, callee)
    assert isinstance(reply, Authorized)
    assert (reply.terms.free_ms, reply.terms.grace_ms) == (FREE_MS, GRACE_MS)
    call = town.conversation_of(reply, caller, callee)
    await town.asks(call.renewal(2, FREE_MS + 45_000))
    await town.hears(call.ended(FREE_MS + MINUTE_MS + 1))
    assert (await call.record()).charge_minor == 20
    stingy = await town.invites(caller, callee)
    assert isinstance(stingy, Authorized)
    assert (stingy.terms.free_ms, stingy.terms.grace_ms) == (0, 0)


async def test_the_lease_has_room_for_what_is_free(town: Town) -> None:
    """C11: nobody is closed as lost while they talk for nothing."""
    town = set_to(town, free_talk_ms=FREE_MS)
    call = await town.calls(await town.moves_in(100), await town.moves_in())
    await town.hears(call.started())
    record = await call.record()
    assert record.lease_ends_at - town.clock.now() == timedelta(milliseconds=FREE_MS + MINUTE_MS)


async def test_free_talk_needs_a_minutes_money(town: Town) -> None:
    """C5: a call that cannot go on after what is free does not begin."""
    town = set_to(town, free_talk_ms=FREE_MS, talk_grace_ms=GRACE_MS)
    assert not isinstance(await town.invites(await town.moves_in(9), await town.moves_in()), Authorized)


async def test_the_money_runs_out_after_what_is_free(town: Town) -> None:
    """C6: of 25, two minutes are paid, 130 s are talked and 5 are left, which block."""
    town = set_to(town, free_talk_ms=FREE_MS)
    caller = await town.moves_in(25)
    call = await town.calls(caller, await town.moves_in(), minutes=2)
    await town.hears(call.ended(FREE_MS + 2 * MINUTE_MS, EndReason.OUT_OF_FUNDS))
    wallet = await town.wallet(caller)
    assert (wallet.balance_minor, wallet.blocked_at is not None) == (5, True)


async def test_a_silent_call_is_closed_within_what_is_free(town: Town) -> None:
    """C11: proven alive for no longer than what costs nothing, it costs nothing."""
    town = set_to(town, free_talk_ms=MINUTE_MS)
    caller = await town.moves_in(100)
    call = await town.calls(caller, await town.moves_in())
    await town.hears(call.started())
    await town.asks(call.renewal(2, MINUTE_MS - 1))
    await town.hears(call.sweep(2))
    record = await call.record()
    assert (record.reason, record.talk_ms, record.charge_minor) == ("lost", MINUTE_MS - 1, 0)
    assert (await town.wallet(caller)).available_minor == 100
