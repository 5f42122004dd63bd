"""What callers are told of the terms of their calls, and of the limits that they have set themselves."""

from shared.ids import new_id
from shared.messages.base import EndReason, RefusalReason
from shared.messages.events import CallEnded
from shared.messages.from_client import Accept, Connected, Invite
from shared.messages.notices import WalletChanged
from shared.messages.to_client import (
    CallAccepted,
    CallActive,
    CallAuthorizing,
    CallIncoming,
    CallLease,
    CallLowFunds,
    CallOver,
    CallRefused,
    CallRinging,
    Charged,
    Wallet,
)
from tests.signaling.stage import Stage, anywhere, talks


@anywhere
async def test_free_talk_comes_before_the_minutes(stage: Stage) -> None:
    """C2, C6: the first ten seconds cost nothing; the rest does, minute by minute, to the end of the money."""
    stage.billing.free_ms, stage.billing.grace_ms = 10_000, 3_000
    ann, ben = await stage.pair(balance_minor=10)
    await ann.say(Invite(callee_id=ben.account_id))
    await ann.expect(CallAuthorizing)
    ringing = await ann.expect(CallRinging)
    assert (ringing.free_ms, ringing.grace_ms) == (10_000, 3_000)
    await ben.expect(CallIncoming)
    await ben.say(Accept(call_id=ringing.call_id))
    for device in (ann, ben):
        await device.expect(CallAccepted)
        await device.say(Connected(call_id=ringing.call_id))
    for device in (ann, ben):
        active = await device.expect(CallActive)
        assert (active.free_ms, active.grace_ms, active.paid_ms) == (10_000, 3_000, 70_000)
    await stage.time.pass_ms(55_000)
    assert (await ann.expect(CallLowFunds)).reason == "funds"
    assert (await ben.expect(CallLowFunds)).reason is None
    await stage.time.pass_ms(15_000)
    for device in (ann, ben):
        over = await device.expect(CallOver)
        assert (over.reason, over.talk_ms) == (EndReason.OUT_OF_FUNDS, 70_000)
    assert (await ann.expect(Charged)).charge_minor == 10
    [ended] = [event for event in stage.billing.events if isinstance(event, CallEnded)]
    assert ended.terms is not None
    assert (ended.terms.free_ms, ended.terms.grace_ms, ended.minutes_held) == (10_000, 3_000, 1)


@anywhere
async def test_a_device_that_comes_back_learns_the_terms(stage: Stage) -> None:
    """D8: with the snapshot."""
    stage.billing.free_ms = 10_000
    ann, ben = await stage.pair()
    await talks(ann, ben)
    back = await stage.device(stage.account_of(ann), resume_token=ann.welcome.resume_token)
    call = back.welcome.call
    assert call is not None
    assert (call.free_ms, call.grace_ms, call.paid_ms) == (10_000, 0, 70_000)


@anywhere
async def test_the_own_limit_ends_the_call_unless_it_is_raised(stage: Stage) -> None:
    """C6, C7: the caller hears which limit it is, and may raise it in time."""
    ann, ben = await stage.pair()
    account = stage.account_of(ann)
    account.spend_call_minor_max = 10
    await talks(ann, ben)
    await stage.time.pass_ms(45_000)
    told = await ann.expect(CallLowFunds)
    assert (told.reason, told.spend_limit, told.ends_in_ms) == ("spend_limit", "call", 15_000)
    warning = await ben.expect(CallLowFunds)
    assert (warning.reason, warning.spend_limit) == (None, None)

    account.spend_call_minor_max = 20
    await stage.billing.tell(WalletChanged(notice_id=new_id(), account_id=account.id, wallet=account.wallet))
    await ann.expect(Wallet)
    for device in (ann, ben):
        assert (await device.expect(CallLease)).paid_ms == 120_000
    await stage.time.pass_ms(60_000)
    for device in (ann, ben):
        await device.expect(CallLowFunds)
    await stage.time.pass_ms(15_000)
    for device in (ann, ben):
        over = await device.expect(CallOver)
        assert (over.reason, over.talk_ms) == (EndReason.SPEND_LIMIT, 120_000)


@anywhere
async def test_a_limit_below_one_minute_refuses(stage: Stage) -> None:
    """D4: with what it leaves; nothing rings."""
    ann, ben = await stage.pair()
    stage.account_of(ann).spend_call_minor_max = 9
    await ann.say(Invite(callee_id=ben.account_id))
    await ann.expect(CallAuthorizing)
    refused = await ann.expect(CallRefused)
    assert (refused.reason, refused.spend_limit, refused.left_minor) == (RefusalReason.SPEND_LIMIT, "call", 9)
    assert (refused.price_minor, refused.currency, refused.shortfall_minor) == (10, "EUR", None)
    await ben.hears_nothing()


@anywhere
async def test_the_callers_longest_call_ends_by_itself(stage: Stage) -> None:
    """As billing has authorized it, also within a minute."""
    ann, ben = await stage.pair()
    stage.account_of(ann).call_ms_max = 20_000
    await talks(ann, ben)
    await stage.time.pass_ms(20_000)
    for device in (ann, ben):
        over = await device.expect(CallOver)
        assert (over.reason, over.talk_ms) == (EndReason.MAX_DURATION, 20_000)
