"""Calls over real sockets, from the invite to the end."""

import pytest

from shared.ids import new_id
from shared.messages.base import EndReason
from shared.messages.events import CallEnded, CallStarted
from shared.messages.from_client import (
    Accept,
    Answer,
    CallMessage,
    Cancel,
    Candidate,
    Connected,
    Decline,
    HangUp,
    IceCandidate,
    Offer,
)
from shared.messages.to_client import (
    CallAccepted,
    CallAnsweredElsewhere,
    CallIncoming,
    CallOver,
    Charged,
    Error,
    ErrorCode,
    PeerAnswer,
    PeerCandidate,
    PeerOffer,
)
from tests.signaling.stage import Stage, anywhere, rings, talks

pytestmark = anywhere


async def test_a_whole_call(stage: Stage) -> None:
    """D5, C2: talk time is told to both at the end, billed once, and charged to the caller."""
    ann, ben = await stage.pair()
    call_id = await talks(ann, ben)
    await stage.time.pass_ms(1_234)
    await ben.say(HangUp(call_id=call_id))
    for device in (ann, ben):
        over = await device.expect(CallOver)
        assert (over.call_id, over.reason, over.talk_ms) == (call_id, EndReason.HUNG_UP, 1_234)
    assert (await ann.expect(Charged)).charge_minor == 10
    await ann.hears_nothing()
    await ben.hears_nothing()
    started, ended = stage.billing.events
    assert isinstance(started, CallStarted)
    assert isinstance(ended, CallEnded)
    assert (ended.talk_ms, ended.price_minor, ended.started_at) == (1_234, 10, started.started_at)


async def test_descriptions_go_to_the_other_party_and_name_their_sender(stage: Stage) -> None:
    """D6: and nobody else of the two accounts gets them."""
    ann, ben = await stage.pair()
    other_of_ben = await stage.device(stage.account_of(ben))
    call_id = await rings(ann, ben, other_of_ben)
    await ben.say(Accept(call_id=call_id))
    await ann.expect(CallAccepted)
    await ben.expect(CallAccepted)
    await other_of_ben.expect(CallAnsweredElsewhere)
    await ann.say(Offer(call_id=call_id, sdp="v=0 offer"))
    await ben.say(Answer(call_id=call_id, sdp="v=0 answer"))
    await ann.say(Candidate(call_id=call_id, candidate=IceCandidate(candidate="candidate:1", sdpMid="0")))
    await ann.say(Candidate(call_id=call_id, candidate=None))
    assert await ben.expect(PeerOffer) == PeerOffer(
        call_id=call_id, from_account_id=ann.account_id, sdp="v=0 offer"
    )
    candidate = await ben.expect(PeerCandidate)
    assert candidate.from_account_id == ann.account_id
    assert candidate.candidate == IceCandidate(candidate="candidate:1", sdpMid="0")
    assert (await ben.expect(PeerCandidate)).candidate is None
    assert await ann.expect(PeerAnswer) == PeerAnswer(
        call_id=call_id, from_account_id=ben.account_id, sdp="v=0 answer"
    )
    await other_of_ben.say(Offer(call_id=call_id, sdp="v=0 intruder"))
    assert (await other_of_ben.expect(Error)).code is ErrorCode.NOT_IN_CALL
    for device in (ann, ben, other_of_ben):
        await device.hears_nothing()


async def test_all_devices_ring_and_the_first_accept_wins(stage: Stage) -> None:
    """D9: the others stop; a late accept or decline of theirs changes nothing."""
    ann, ben = await stage.pair()
    others = [await stage.device(stage.account_of(ben)) for _ in range(2)]
    call_id = await rings(ann, ben, *others)
    await others[0].say(Accept(call_id=call_id))
    await others[0].expect(CallAccepted)
    for device in (ben, others[1]):
        assert (await device.expect(CallAnsweredElsewhere)).call_id == call_id
    await ben.say(Accept(call_id=call_id, ref="late"))
    await others[1].say(Decline(call_id=call_id))
    assert (await ben.expect(Error)).ref == "late"
    assert (await others[1].expect(Error)).code is ErrorCode.NOT_IN_CALL
    await ann.expect(CallAccepted)
    await ann.hears_nothing()


async def test_a_device_that_connects_while_it_rings_rings_too(stage: Stage) -> None:
    """D9."""
    ann, ben = await stage.pair()
    call_id = await rings(ann, ben)
    late = await stage.device(stage.account_of(ben))
    assert late.welcome.call is None
    assert (await late.expect(CallIncoming)).call_id == call_id


@pytest.mark.parametrize(
    ("by_caller", "message", "reason"),
    [
        (True, Cancel, EndReason.CANCELLED),
        (True, HangUp, EndReason.CANCELLED),
        (False, Decline, EndReason.DECLINED),
        (False, HangUp, EndReason.DECLINED),
    ],
)
async def test_a_ringing_call_is_ended(
    stage: Stage, by_caller: bool, message: type[CallMessage], reason: EndReason
) -> None:
    """D5, C1: each party and each other device is told once, and it costs nothing."""
    ann, ben = await stage.pair()
    other_of_ben = await stage.device(stage.account_of(ben))
    call_id = await rings(ann, ben, other_of_ben)
    await (ann if by_caller else ben).say(message(call_id=call_id))
    for device in (ann, ben, other_of_ben):
        assert (await device.expect(CallOver)).reason is reason
        await device.hears_nothing()
    wallet = stage.account_of(ann).wallet
    assert (wallet.balance_minor, wallet.held_minor) == (100, 0)


@pytest.mark.parametrize(("seconds", "reason"), [(45, EndReason.MISSED), (44, None)])
async def test_nobody_answers(stage: Stage, seconds: int, reason: EndReason | None) -> None:
    """D5: a call rings for 45 seconds."""
    ann, ben = await stage.pair()
    await rings(ann, ben)
    await stage.time.pass_ms(seconds * 1_000)
    for device in (ann, ben):
        if reason:
            assert (await device.expect(CallOver)).reason is reason
        await device.hears_nothing()


async def test_media_that_never_connect_end_the_call(stage: Stage) -> None:
    """D5, C1."""
    ann, ben = await stage.pair()
    call_id = await rings(ann, ben)
    await ben.say(Accept(call_id=call_id))
    for device in (ann, ben):
        await device.expect(CallAccepted)
    await stage.time.pass_ms(20_000)
    for device in (ann, ben):
        over = await device.expect(CallOver)
        assert (over.reason, over.talk_ms) == (EndReason.CONNECT_FAILED, 0)


async def test_late_and_foreign_steps_are_errors(stage: Stage) -> None:
    """D5: the connection stays, and the call is none the wiser."""
    ann, ben = await stage.pair()
    carl = await stage.device(stage.billing.account("carl"))
    call_id = await talks(ann, ben)
    await carl.say(HangUp(call_id=call_id, ref="not mine"))
    error = await carl.expect(Error)
    assert (error.code, error.ref, error.call_id) == (ErrorCode.NOT_IN_CALL, "not mine", call_id)
    await ben.say(Accept(call_id=call_id, ref="again"))
    error = await ben.expect(Error)
    assert (error.code, error.ref) == (ErrorCode.ILLEGAL_STEP, "again")
    await ann.say(HangUp(call_id=call_id))
    await ann.expect(CallOver)
    await ann.say(HangUp(call_id=call_id))
    assert (await ann.expect(Error)).code is ErrorCode.NOT_IN_CALL
    await carl.say(Cancel(call_id=new_id()))
    assert (await carl.expect(Error)).code is ErrorCode.NOT_IN_CALL


async def test_both_hang_up_at_once(stage: Stage) -> None:
    """D5: one end; the later one hears that there is no such call any more."""
    ann, ben = await stage.pair()
    call_id = await talks(ann, ben)
    await ann.say(HangUp(call_id=call_id))
    await ben.say(HangUp(call_id=call_id))
    for device in (ann, ben):
        await device.expect(CallOver)
    late = await ann.hears_no_more_than() + await ben.hears_no_more_than()
    assert [message.code for message in late if isinstance(message, Error)] == [ErrorCode.NOT_IN_CALL]
    assert sum(isinstance(event, CallEnded) for event in stage.billing.events) == 1


async def test_before_the_accept_nothing_of_the_callee_reaches_the_caller(stage: Stage) -> None:
    """D6: neither description nor candidate, whatever its devices try; nor the caller's them."""
    ann, ben = await stage.pair()
    second = await stage.device(stage.account_of(ben))
    call_id = await rings(ann, ben, second)
    for device in (ben, second, ann):
        for early in (
            Offer(call_id=call_id, sdp="v=0"),
            Answer(call_id=call_id, sdp="v=0"),
            Candidate(call_id=call_id, candidate=IceCandidate(candidate="candidate:1")),
            Connected(call_id=call_id),
        ):
            await device.say(early)
            assert (await device.expect(Error)).code is ErrorCode.ILLEGAL_STEP
    await second.connection.close()
    for device in (ann, ben):
        await device.hears_nothing()
