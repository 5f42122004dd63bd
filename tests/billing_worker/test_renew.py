"""Is the next minute paid?"""

from datetime import timedelta

from shared.messages.base import EndReason
from shared.messages.notices import WalletChanged
from shared.messages.requests import RenewalRefused, Renewed
from tests.billing_worker.town import MINUTE_MS, Town


async def test_each_minute_is_held_once(town: Town) -> None:
    """A renewal repeated, together or later, holds one minute."""
    caller = await town.moves_in(100)
    call = await town.calls(caller, await town.moves_in())
    renewal = call.renewal(2)

    replies = await town.asks(renewal, renewal) + await town.asks(renewal)

    assert replies == [Renewed(call_id=call.id, minute=2)] * 3
    wallet = await town.wallet(caller)
    assert (wallet.balance_minor, wallet.held_minor) == (100, 20)
    assert [notice.wallet.held_minor for notice in await town.notices() if isinstance(notice, WalletChanged)] == [
        10,
        20,
    ]


async def test_the_lease_ends_when_what_is_held_is_talked(town: Town) -> None:
    """Asked at 45 s, the lease of two minutes has 75 s to go."""
    call = await town.calls(await town.moves_in(100), await town.moves_in())
    await town.hears(call.started())
    town.clock.advance(45_000)

    await town.asks(call.renewal(2))

    record = await call.record()
    assert (record.minutes_held, record.proof_talk_ms) == (2, 45_000)
    assert record.lease_ends_at == town.clock.now() + timedelta(seconds=75)


async def test_without_money_the_lease_stands(town: Town) -> None:
    """C6: refused with what is missing; the proof of life counts all the same; C7: a top-up lets it go on."""
    caller = await town.moves_in(14)
    call = await town.calls(caller, await town.moves_in())
    before = await call.record()

    (reply,) = await town.asks(call.renewal(2))

    assert reply == RenewalRefused(call_id=call.id, minute=2, reason="insufficient_funds", shortfall_minor=6)
    after = await call.record()
    assert (after.minutes_held, after.lease_ends_at) == (1, before.lease_ends_at)
    assert after.proof_talk_ms == 45_000
    await town.tops_up(caller, 6)
    assert await town.asks(call.renewal(2)) == [Renewed(call_id=call.id, minute=2)]


async def test_minutes_are_renewed_in_their_turn(town: Town) -> None:
    """Minute 4 after minute 2 is out of turn; 3 and 4 together are not."""
    call = await town.calls(await town.moves_in(100), await town.moves_in(), minutes=2)

    assert await town.asks(call.renewal(4)) == [RenewalRefused(call_id=call.id, minute=4, reason="out_of_turn")]
    assert await town.asks(call.renewal(3), call.renewal(4)) == [
        Renewed(call_id=call.id, minute=3),
        Renewed(call_id=call.id, minute=4),
    ]


async def test_a_call_that_is_over_or_unknown_is_not_renewed(town: Town) -> None:
    """Nothing is held for it any more, and its proof stays what it was."""
    caller, callee = await town.moves_in(100), await town.moves_in()
    call, unknown = await town.calls(caller, callee), town.conversation(caller, callee)
    await town.hears(call.ended(10_000, EndReason.LOST))

    assert await town.asks(call.renewal(2), unknown.renewal(2)) == [
        RenewalRefused(call_id=call.id, minute=2, reason="call_settled"),
        RenewalRefused(call_id=unknown.id, minute=2, reason="unknown_call"),
    ]
    assert (await call.record()).proof_talk_ms == 0


async def test_proof_only_grows_and_never_beyond_the_paid_time(town: Town) -> None:
    """C11: what is proven is what a silent call will cost."""
    call = await town.calls(await town.moves_in(100), await town.moves_in(), minutes=2)

    for talk_ms, proven in [(50_000, 50_000), (20_000, 50_000), (9 * MINUTE_MS, 2 * MINUTE_MS)]:
        await town.asks(call.renewal(2, talk_ms))
        assert (await call.record()).proof_talk_ms == proven
