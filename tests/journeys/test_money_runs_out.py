"""The end of the money: cut at exactly what is paid, told to both, blocked once, and free again with a payment."""

from shared.messages import from_client, to_client
from shared.messages.base import EndReason, RefusalReason
from tests.journeys.installation import MINUTE_MS, Installation
from tests.journeys.talk import answer, heard, over, ring


async def test_the_call_ends_at_the_end_of_the_paid_minute(installation: Installation) -> None:
    """C6: 25 pay two minutes; cut at exactly two, 5 left, both told, one block notice. C7: a payment unblocks."""
    caller, callee = await installation.person(money_minor=25), await installation.person()
    async with caller.device() as calling, callee.device() as called:
        call_id = await ring(calling, callee, called)
        await answer(call_id, calling, called)
        low = await calling.expect(to_client.CallLowFunds)
        assert low.shortfall_minor == 5
        assert 0 < low.ends_in_ms <= MINUTE_MS
        end = await over(calling, called)
        assert (end.reason, end.talk_ms) == (EndReason.OUT_OF_FUNDS, 2 * MINUTE_MS)
        charged = await calling.expect(to_client.Charged)
        assert (charged.minutes, charged.charge_minor, charged.wallet.balance_minor) == (2, 20, 5)
        blocked = await calling.expect(to_client.Blocked)
        assert blocked.shortfall_minor == 5
        [warning] = heard(called, to_client.CallLowFunds)
        assert (warning.shortfall_minor, warning.currency) == (None, None), "what is missing is the caller's matter"

        await calling.send(from_client.Invite(callee_id=callee.id))
        refused = await calling.expect(to_client.CallRefused)
        assert (refused.reason, refused.price_minor, refused.shortfall_minor) == (RefusalReason.BLOCKED, 10, 5)
        assert (await caller.wallet())["blocked"] is True

        await caller.top_up(100)
        await calling.expect(to_client.Unblocked)
        call_id = await ring(calling, callee, called)
        await calling.send(from_client.Cancel(call_id=call_id))
        await over(calling, called)
        assert len(heard(calling, to_client.Blocked)) == 1


async def test_a_payment_in_the_last_minute_lets_the_call_go_on(installation: Installation) -> None:
    """C7: signaling asks again when the money arrives."""
    caller, callee = await installation.person(money_minor=10), await installation.person()
    async with caller.device() as calling, callee.device() as called:
        call_id = await ring(calling, callee, called)
        await answer(call_id, calling, called)
        await calling.expect(to_client.CallLowFunds)
        await caller.top_up(10)
        lease = await calling.expect(to_client.CallLease)
        assert lease.paid_ms == 2 * MINUTE_MS
        end = await over(calling, called)
        assert (end.reason, end.talk_ms) == (EndReason.OUT_OF_FUNDS, 2 * MINUTE_MS)
        assert (await calling.expect(to_client.Charged)).charge_minor == 20
    assert (await caller.wallet())["balance_minor"] == 0
