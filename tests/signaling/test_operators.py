"""What operators want of calls, as the node that owns them hears it."""

from msgspec.structs import replace

from shared.ids import new_id
from shared.messages.base import EndReason
from shared.messages.events import CallEnded
from shared.messages.from_client import Invite
from shared.messages.notices import AccountBlocked, CallEndAsked
from shared.messages.to_client import Blocked, CallAuthorizing, CallIncoming, CallOver, CallRinging, Charged
from tests.signaling.device import Device
from tests.signaling.stage import Stage, anywhere, talks


def asked(ann: Device, call_id: object) -> CallEndAsked:
    """Return the notice that an operator asked for the end of the call."""
    return CallEndAsked(notice_id=new_id(), account_id=ann.account_id, call_id=call_id)  # type: ignore[arg-type]


def blocked(device: Device, *, by_operator: bool = True) -> AccountBlocked:
    """Return the notice that the account is blocked."""
    wallet = replace(device.welcome.wallet, blocked=True, blocked_by_operator=by_operator)
    return AccountBlocked(notice_id=new_id(), account_id=device.account_id, wallet=wallet, shortfall_minor=0)


@anywhere
async def test_a_call_ends_at_an_operators_word(stage: Stage) -> None:
    """A17: both hear it, and it costs what was talked until then."""
    ann, ben = await stage.pair()
    call_id = await talks(ann, ben)
    await stage.time.pass_ms(31_000)
    await stage.billing.tell(asked(ann, call_id))
    for device in (ann, ben):
        assert await device.expect(CallOver) == CallOver(call_id=call_id, reason=EndReason.OPERATOR, talk_ms=31_000)
    assert (await ann.expect(Charged)).minutes == 1
    ended = stage.billing.events[-1]
    assert isinstance(ended, CallEnded)
    assert (ended.reason, ended.talk_ms) == (EndReason.OPERATOR, 31_000)


@anywhere
async def test_a_call_that_rings_ends_at_an_operators_word(stage: Stage) -> None:
    """A17: for nothing."""
    ann, ben = await stage.pair()
    await ann.say(Invite(callee_id=ben.account_id))
    call_id = (await ann.expect(CallAuthorizing)).call_id
    await ann.expect(CallRinging)
    await ben.expect(CallIncoming)
    await stage.billing.tell(asked(ann, call_id))
    for device in (ann, ben):
        assert (await device.expect(CallOver)).reason is EndReason.OPERATOR
    ended = stage.billing.events[-1]
    assert isinstance(ended, CallEnded)
    assert (ended.reason, ended.talk_ms) == (EndReason.OPERATOR, 0)


@anywhere
async def test_the_end_of_a_call_that_is_not_here_ends_nothing(stage: Stage) -> None:
    """D12: it is over, or another node's."""
    ann, ben = await stage.pair()
    await talks(ann, ben)
    await stage.billing.tell(asked(ann, new_id()))
    await stage.billing.tell(blocked(ben, by_operator=False))
    await ben.expect(Blocked)
    await ann.hears_nothing()


@anywhere
async def test_an_operators_block_ends_the_call_that_the_account_pays(stage: Stage) -> None:
    """A17: after the word that says why."""
    ann, ben = await stage.pair()
    call_id = await talks(ann, ben)
    await stage.billing.tell(blocked(ann))
    assert (await ann.expect(Blocked)).wallet.blocked_by_operator
    for device in (ann, ben):
        assert await device.expect(CallOver) == CallOver(call_id=call_id, reason=EndReason.BLOCKED, talk_ms=0)


@anywhere
async def test_an_operators_block_leaves_alone_what_others_pay(stage: Stage) -> None:
    """A17: who is blocked cannot call, and can be called."""
    ann, ben = await stage.pair()
    await talks(ann, ben)
    await stage.billing.tell(blocked(ben))
    await ben.expect(Blocked)
    await ann.hears_nothing()
    await ben.hears_nothing()
