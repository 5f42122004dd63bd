"""Who can be called, and what the caller hears where not."""

from uuid import UUID

import pytest

from shared.ids import new_id
from shared.messages.base import EndReason, RefusalReason
from shared.messages.from_client import Accept, Cancel, HangUp, Invite
from shared.messages.requests import Authorize
from shared.messages.to_client import (
    CallAccepted,
    CallAuthorizing,
    CallIncoming,
    CallOver,
    CallRefused,
    CallRinging,
    Error,
    ErrorCode,
)
from signaling.live.switchboard import CALLS_PER_ACCOUNT_MAX
from tests.signaling.device import Device
from tests.signaling.stage import Stage, anywhere, rings, talks


async def refusal(
    caller: Device, *, callee_id: UUID | None = None, callee_user_name: str | None = None
) -> CallRefused:
    """Call somebody who cannot be called."""
    await caller.say(Invite(callee_id=callee_id, callee_user_name=callee_user_name, ref="my invite"))
    authorizing = await caller.expect(CallAuthorizing)
    assert authorizing.ref == "my invite"
    refused = await caller.expect(CallRefused)
    assert (refused.call_id, refused.ref) == (authorizing.call_id, "my invite")
    return refused


@anywhere
async def test_by_user_name(stage: Stage) -> None:
    ann, ben = await stage.pair()
    await ann.say(Invite(callee_user_name="ben"))
    await ann.expect(CallAuthorizing)
    ringing = await ann.expect(CallRinging)
    assert (ringing.callee.user_name, ringing.price_minor, ringing.currency) == ("ben", 10, "EUR")
    assert (await ben.expect(CallIncoming)).caller == ann.welcome.account


@anywhere
async def test_refusals_name_their_reason(stage: Stage) -> None:
    """D4: oneself, a busy one, and being in a call oneself are told apart."""
    ann, ben = await stage.pair()
    carl = await stage.device(stage.billing.account("carl"))
    assert (await refusal(ann, callee_id=ann.account_id)).reason is RefusalReason.SELF_CALL
    await talks(ann, ben)
    assert (await refusal(carl, callee_id=ben.account_id)).reason is RefusalReason.BUSY
    assert (await refusal(ann, callee_id=carl.account_id)).reason is RefusalReason.ALREADY_IN_CALL
    await ben.hears_nothing()
    await carl.hears_nothing()


@pytest.mark.parametrize("kind", ["unknown id", "unknown name", "offline by id", "offline by name", "lost"])
async def test_nobody_is_there(stage: Stage, kind: str) -> None:
    """C1: told at the same moment, in the same words, whether there is such a person or not, and free."""
    ann, ben = await stage.pair()
    offline = stage.billing.account("offline")
    if kind == "lost":
        await ben.connection.close()
        await stage.time.pass_ms(0)
        await ann.hears_nothing()
    invite = {
        "unknown id": Invite(callee_id=new_id(), ref="r"),
        "unknown name": Invite(callee_user_name="nobody", ref="r"),
        "offline by id": Invite(callee_id=offline.id, ref="r"),
        "offline by name": Invite(callee_user_name="offline", ref="r"),
        "lost": Invite(callee_user_name="ben", ref="r"),
    }[kind]
    await ann.say(invite)
    call_id = (await ann.expect(CallAuthorizing)).call_id
    await stage.time.pass_ms(499)
    await ann.hears_nothing()
    await stage.time.pass_ms(1)
    refused = await ann.expect(CallRefused)
    assert refused == CallRefused(call_id=call_id, reason=RefusalReason.UNREACHABLE, ref="r")
    await ann.hears_nothing()
    assert (stage.account_of(ann).held_minor, stage.billing.events) == (0, [])


@anywhere
async def test_the_answer_waits_for_the_next_multiple(stage: Stage) -> None:
    """Where billing took longer than usual, that is not told to the millisecond either."""
    ann, _ = await stage.pair()
    stage.billing.answering.clear()
    await ann.say(Invite(callee_id=new_id()))
    await ann.expect(CallAuthorizing)
    await stage.time.pass_ms(501)
    stage.billing.answering.set()
    await stage.time.pass_ms(498)
    await ann.hears_nothing()
    await stage.time.pass_ms(1)
    assert (await ann.expect(CallRefused)).reason is RefusalReason.UNREACHABLE


@anywhere
async def test_a_call_cancelled_meanwhile_is_billings_business_no_more(stage: Stage) -> None:
    """Nothing was held: no event leaves a trace that the caller could look at."""
    ann, _ = await stage.pair()
    await ann.say(Invite(callee_id=new_id()))
    call_id = (await ann.expect(CallAuthorizing)).call_id
    await stage.time.pass_ms(100)
    await ann.say(Cancel(call_id=call_id))
    assert await ann.expect(CallOver) == CallOver(call_id=call_id, reason=EndReason.CANCELLED, talk_ms=0)
    await stage.time.pass_ms(3_000)
    await ann.hears_nothing()
    assert stage.billing.events == []


@anywhere
async def test_who_cannot_be_reached_may_call_back_at_once(stage: Stage) -> None:
    """D10: an invite that will be refused is nothing to accept or to wait for."""
    ann, ben = await stage.pair()
    carl = stage.billing.account("carl")
    await ann.say(Invite(callee_id=carl.id))
    await ann.expect(CallAuthorizing)
    await stage.time.pass_ms(100)
    carls = await stage.device(carl)
    await rings(carls, ann)
    await stage.time.pass_ms(400)
    assert (await ann.expect(CallRefused)).reason is RefusalReason.UNREACHABLE
    await ben.hears_nothing()


@anywhere
@pytest.mark.parametrize(("balance_minor", "shortfall_minor"), [(9, 1), (0, 10)])
async def test_too_little_money(stage: Stage, balance_minor: int, shortfall_minor: int) -> None:
    """C5: refused before anything rings, with the price and what is missing."""
    ann, ben = await stage.pair(balance_minor=balance_minor)
    refused = await refusal(ann, callee_id=ben.account_id)
    assert refused.reason is RefusalReason.INSUFFICIENT_FUNDS
    assert (refused.price_minor, refused.shortfall_minor, refused.currency) == (10, shortfall_minor, "EUR")
    await ben.hears_nothing()


@anywhere
@pytest.mark.parametrize("both", [True, False])
async def test_exactly_one_callee_must_be_named(stage: Stage, both: bool) -> None:
    """D7: nothing is asked of billing."""
    ann, ben = await stage.pair()
    asked = len(stage.billing.asked)
    callee_id, name = (ben.account_id, "ben") if both else (None, None)
    await ann.say(Invite(callee_id=callee_id, callee_user_name=name, ref="which"))
    error = await ann.expect(Error)
    assert (error.code, error.ref) == (ErrorCode.MALFORMED, "which")
    assert len(stage.billing.asked) == asked


@anywhere
async def test_thirty_invites_with_money_for_one_minute(stage: Stage) -> None:
    """C8: one rings, twenty-nine are refused."""
    ann, ben = await stage.pair(balance_minor=10)
    for _ in range(30):
        await ann.say(Invite(callee_id=ben.account_id))
    heard = [await ann.hear() for _ in range(60)]
    assert sum(isinstance(message, CallAuthorizing) for message in heard) == 30
    assert sum(isinstance(message, CallRefused) for message in heard) == 29
    assert sum(isinstance(message, CallRinging) for message in heard) == 1
    await ben.expect(CallIncoming)
    await ben.hears_nothing()


@anywhere
async def test_invites_that_wait_are_limited(stage: Stage) -> None:
    """D11: more than that are answered with an error at once."""
    ann, ben = await stage.pair()
    frames = [f'{{"type":"call.invite","callee_id":"{ben.account_id}","ref":"{n}"}}' for n in range(70)]
    for frame in frames:
        await ann.say_raw(frame)
    await rings_or_refusals(ann, 70)
    assert sum(isinstance(request, Authorize) for request in stage.billing.asked) >= CALLS_PER_ACCOUNT_MAX


async def rings_or_refusals(caller: Device, invites: int) -> None:
    """Hear an answer to each invite."""
    answered = 0
    while answered < invites:
        answered += not isinstance(await caller.hear(), CallAuthorizing)


async def test_glare_while_it_rings(stage: Stage) -> None:
    """D10: calling somebody who is calling accepts; one call, one hold."""
    ann, ben = await stage.pair()
    call_id = await rings(ann, ben)
    await ben.say(Invite(callee_user_name="ANN"))
    for device in (ann, ben):
        assert (await device.expect(CallAccepted)).call_id == call_id
        await device.hears_nothing()
    assert stage.account_of(ann).held_minor == 10
    assert stage.account_of(ben).held_minor == 0


async def test_glare_before_anything_rings(stage: Stage) -> None:
    """D10: the second invite waits for the first one's authorization, and accepts it."""
    ann, ben = await stage.pair()
    await ann.say(Invite(callee_user_name="Ben"))
    await ben.say(Invite(callee_id=ann.account_id))
    call_id = (await ann.expect(CallAuthorizing)).call_id
    for device, before in ((ann, CallRinging), (ben, CallIncoming)):
        await device.expect(before)
        assert (await device.expect(CallAccepted)).call_id == call_id
        await device.hears_nothing()
    assert len(stage.billing.calls) == 1


@anywhere
async def test_glare_with_somebody_who_cannot_pay(stage: Stage) -> None:
    """D10: the second invite becomes a call of its own once the first is refused."""
    ann, ben = await stage.pair(balance_minor=0)
    await ann.say(Invite(callee_id=ben.account_id))
    await ben.say(Invite(callee_id=ann.account_id, ref="mine"))
    await ann.expect(CallAuthorizing)
    assert (await ann.expect(CallRefused)).reason is RefusalReason.INSUFFICIENT_FUNDS
    assert (await ben.expect(CallAuthorizing)).ref == "mine"
    await ben.expect(CallRinging)
    call_id = (await ann.expect(CallIncoming)).call_id
    await ann.say(Accept(call_id=call_id))
    await ann.expect(CallAccepted)
    await ben.expect(CallAccepted)
    await ben.say(HangUp(call_id=call_id))


async def test_invites_that_wait_for_the_other_side_do_not_pile_up(stage: Stage) -> None:
    """D10, D11: a flood while the other one's call is being authorized becomes one call, not thousands."""
    ann, ben = await stage.pair(balance_minor=0)
    stage.billing.answering.clear()
    await ann.say(Invite(callee_id=ben.account_id))
    await ann.expect(CallAuthorizing)
    for number in range(200):
        await ben.say(Invite(callee_id=ann.account_id, ref=str(number)))
    errors = [await ben.expect(Error) for _ in range(199)]
    assert [(error.code, error.ref) for error in errors[:2]] == [
        (ErrorCode.ILLEGAL_STEP, "1"),
        (ErrorCode.ILLEGAL_STEP, "2"),
    ]
    stage.billing.answering.set()
    assert (await ben.expect(CallAuthorizing)).ref == "0"
    await ben.expect(CallRinging)
    await ben.hears_nothing()
