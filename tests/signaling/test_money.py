"""Minutes are bought one after another, and the call ends with the money."""

from shared.messages.base import EndReason, RefusalReason
from shared.messages.events import CallEnded
from shared.messages.from_client import HangUp, Invite
from shared.messages.requests import Renew
from shared.messages.to_client import (
    Blocked,
    CallAuthorizing,
    CallLease,
    CallLowFunds,
    CallOver,
    CallRefused,
    Charged,
    Wallet,
)
from tests.signaling.stage import Stage, anywhere, staged, talks


@anywhere
async def test_money_runs_out(stage: Stage) -> None:
    """C6, D13: balance 25 pays two minutes; both are told, the caller is blocked, once."""
    ann, ben = await stage.pair(balance_minor=25)
    await talks(ann, ben)
    await stage.time.pass_ms(45_000)
    for device in (ann, ben):
        assert (await device.expect(CallLease)).paid_ms == 120_000
    await stage.time.pass_ms(60_000)
    low = await ann.expect(CallLowFunds)
    assert (low.ends_in_ms, low.shortfall_minor, low.currency) == (15_000, 5, "EUR")
    warning = await ben.expect(CallLowFunds)
    assert (warning.ends_in_ms, warning.shortfall_minor, warning.currency) == (15_000, None, None)
    await stage.time.pass_ms(14_999)
    await ann.hears_nothing()
    await stage.time.pass_ms(1)
    for device in (ann, ben):
        over = await device.expect(CallOver)
        assert (over.reason, over.talk_ms) == (EndReason.OUT_OF_FUNDS, 120_000)
    charged = await ann.expect(Charged)
    assert (charged.minutes, charged.charge_minor, charged.wallet.balance_minor) == (2, 20, 5)
    assert (await ann.expect(Blocked)).shortfall_minor == 5
    await ann.hears_nothing()
    await ann.say(Invite(callee_id=ben.account_id))
    await ann.expect(CallAuthorizing)
    assert (await ann.expect(CallRefused)).reason is RefusalReason.INSUFFICIENT_FUNDS
    await ben.hears_nothing()


@anywhere
async def test_a_top_up_in_the_last_minute_lets_the_call_go_on(stage: Stage) -> None:
    """C7, D13."""
    ann, ben = await stage.pair(balance_minor=10)
    call_id = await talks(ann, ben)
    await stage.time.pass_ms(45_000)
    for device in (ann, ben):
        await device.expect(CallLowFunds)
    await stage.billing.top_up(stage.account_of(ann), 100)
    assert (await ann.expect(Wallet)).wallet.balance_minor == 110
    for device in (ann, ben):
        assert (await device.expect(CallLease)).paid_ms == 120_000
    await stage.time.pass_ms(20_000)
    await ann.say(HangUp(call_id=call_id))
    for device in (ann, ben):
        assert (await device.expect(CallOver)).talk_ms == 65_000


async def test_renewals_prove_life_with_talk_time() -> None:
    """C11: on minutes of a second."""
    async with staged(minute_ms=1_000, renew_lead_ms=300) as stage:
        ann, ben = await stage.pair()
        call_id = await talks(ann, ben)
        for minute in range(2, 5):
            await stage.time.pass_ms(1_000)
            for device in (ann, ben):
                assert (await device.expect(CallLease)).paid_ms == minute * 1_000
        renewals = [request for request in stage.billing.asked if isinstance(request, Renew)]
        assert [renew.minute for renew in renewals] == [2, 3, 4]
        assert [renew.talk_ms for renew in renewals] == [700, 1_700, 2_700]
        await ben.say(HangUp(call_id=call_id))
        assert (await ann.expect(CallOver)).talk_ms == 3_000
        await ben.expect(CallOver)
        assert (await ann.expect(Charged)).minutes == 3
        ended = stage.billing.events[-1]
        assert isinstance(ended, CallEnded)
        assert ended.talk_ms == 3_000


@anywhere
async def test_minutes_of_another_length_are_not_talked(stage: Stage) -> None:
    """C2: a lease of a minute here would be charged as several by a worker that was set otherwise."""
    ann, ben = await stage.pair()
    stage.billing.minute_ms = stage.settings.minute_ms // 2
    await ann.say(Invite(callee_id=ben.account_id))
    await ann.expect(CallAuthorizing)
    assert (await ann.expect(CallRefused)).reason is RefusalReason.BILLING_UNAVAILABLE
    await ben.hears_nothing()
    assert stage.account_of(ann).held_minor == 0
