"""Devices that fall silent, lose their sockets and come back."""

from shared.ids import new_id
from shared.messages.base import EndReason, Role, State
from shared.messages.from_client import Accept, HangUp, Hello, Offer
from shared.messages.notices import SessionEnded
from shared.messages.to_client import (
    CallAccepted,
    CallIncoming,
    CallOver,
    CallSnapshot,
    CloseCode,
    PeerLost,
    PeerOffer,
    PeerResumed,
)
from tests.signaling.stage import Stage, anywhere, rings, staged, talks


async def test_a_silent_device_is_lost_within_ten_seconds() -> None:
    """D8, C11: the other side is told, and talk time stops at the last sign of life."""
    async with staged(ping_ms=4_000, silence_ms_max=9_000) as stage:
        ann, ben = await stage.pair()
        await talks(ann, ben)
        for _ in range(3):
            await stage.time.pass_ms(4_000)
            await ann.hears_nothing()
            await ben.hears_nothing()
        ben.answers_pings = False
        for _ in range(4):
            await stage.time.pass_ms(2_500)
            await ann.hears_no_more_than()
        assert (await ben.closed_with())[0] == CloseCode.SILENT
        for _ in range(5):
            await stage.time.pass_ms(4_000)
            heard = await ann.hears_no_more_than()
        over = next(message for message in heard if isinstance(message, CallOver))
        assert (over.reason, over.talk_ms) == (EndReason.LOST, 12_000)


@anywhere
async def test_a_device_that_lost_its_socket_resumes_its_call(stage: Stage) -> None:
    """D8: with a snapshot, on a new socket, as the same device; the other side is told of both."""
    ann, ben = await stage.pair()
    call_id = await talks(ann, ben)
    await stage.time.pass_ms(3_000)
    await ben.connection.close()
    lost = await ann.expect(PeerLost)
    assert (lost.call_id, lost.resume_ms) == (call_id, 20_000)
    await stage.time.pass_ms(10_000)
    again = await stage.device(stage.account_of(ben), resume_token=ben.welcome.resume_token)
    assert again.welcome.device_id == ben.welcome.device_id
    assert again.welcome.resume_token != ben.welcome.resume_token
    assert again.welcome.call == CallSnapshot(
        call_id=call_id,
        state=again.welcome.call.state if again.welcome.call else State.ENDED,
        role=Role.CALLEE,
        other=ann.welcome.account,
        price_minor=10,
        currency="EUR",
        minute_ms=60_000,
        talk_ms=again.welcome.call.talk_ms if again.welcome.call else 0,
        paid_ms=60_000,
    )
    assert (await ann.expect(PeerResumed)).call_id == call_id
    await ann.say(Offer(call_id=call_id, sdp="v=0 restart"))
    await again.expect(PeerOffer)
    await again.say(HangUp(call_id=call_id))
    assert (await ann.expect(CallOver)).talk_ms == 13_000
    await again.expect(CallOver)


@anywhere
async def test_a_device_that_does_not_come_back_ends_the_call(stage: Stage) -> None:
    """D8, C11: what came after the last sign of life costs nothing."""
    ann, ben = await stage.pair()
    await talks(ann, ben)
    await stage.time.pass_ms(3_000)
    await ben.hears_nothing()
    await ben.connection.close()
    await ann.expect(PeerLost)
    await stage.time.pass_ms(20_000)
    over = await ann.expect(CallOver)
    assert (over.reason, over.talk_ms) == (EndReason.LOST, 3_000)
    late = await stage.device(stage.account_of(ben), resume_token=ben.welcome.resume_token)
    assert late.welcome.device_id != ben.welcome.device_id
    assert late.welcome.call is None


async def test_a_second_socket_replaces_the_first(stage: Stage) -> None:
    """D8: and the call does not notice."""
    ann, ben = await stage.pair()
    call_id = await talks(ann, ben)
    again = await stage.device(stage.account_of(ben), resume_token=ben.welcome.resume_token)
    assert (await ben.closed_with())[0] == CloseCode.REPLACED
    await ann.hears_nothing()
    await ann.say(Offer(call_id=call_id, sdp="v=0"))
    await again.expect(PeerOffer)


@anywhere
async def test_a_resume_token_is_good_for_its_own_account_only(stage: Stage) -> None:
    """D8: whoever shows another one's is a new device, and nothing happens to the other."""
    ann, ben = await stage.pair()
    thief = await stage.device(stage.account_of(ann), resume_token=ben.welcome.resume_token)
    assert thief.welcome.device_id != ben.welcome.device_id
    await ben.hears_nothing()
    again = await stage.device(stage.account_of(ben), resume_token=ben.welcome.resume_token)
    assert again.welcome.device_id == ben.welcome.device_id


async def test_a_socket_that_breaks_before_its_welcome_may_come_back_with_the_same_token(stage: Stage) -> None:
    """D8: as often as that happens; each time the same next token is told."""
    ann, ben = await stage.pair()
    call_id = await talks(ann, ben)
    token, next_tokens = ben.welcome.resume_token, set()
    for _ in range(3):
        # To ben, all that this says is lost.
        unheard = await stage.device(stage.account_of(ben), resume_token=token)
        next_tokens.add(unheard.welcome.resume_token)
        await unheard.connection.close()
        assert [type(message) for message in await ann.hears_no_more_than()][-1] is PeerLost
    again = await stage.device(stage.account_of(ben), resume_token=token)
    assert again.welcome.device_id == ben.welcome.device_id
    assert again.welcome.call is not None
    assert again.welcome.call.call_id == call_id
    assert {again.welcome.resume_token} == next_tokens


async def test_the_first_use_of_a_token_retires_the_one_before(stage: Stage) -> None:
    """D8: with a token that was stolen before, nobody takes the device's place any more, nor ends its call."""
    ann, ben = await stage.pair()
    call_id = await talks(ann, ben)
    stolen = ben.welcome.resume_token
    second = await stage.device(stage.account_of(ben), resume_token=stolen)
    third = await stage.device(stage.account_of(ben), resume_token=second.welcome.resume_token)
    assert third.welcome.device_id == ben.welcome.device_id
    thief = await stage.device(stage.account_of(ben), resume_token=stolen)
    assert thief.welcome.device_id != ben.welcome.device_id
    assert thief.welcome.call is None
    await third.hears_nothing()
    await ann.hears_no_more_than()
    await ann.say(Offer(call_id=call_id, sdp="v=0"))
    assert (await third.expect(PeerOffer)).call_id == call_id
    await thief.hears_nothing()


@anywhere
async def test_no_token_outlives_its_device(stage: Stage) -> None:
    """D8: neither the newest nor the one before it."""
    _, ben = await stage.pair()
    session_id = new_id()
    account = stage.account_of(ben)
    first = await stage.device(account, session_id=session_id)
    second = await stage.device(account, session_id=session_id, resume_token=first.welcome.resume_token)
    await stage.billing.tell(SessionEnded(notice_id=new_id(), account_id=account.id, session_id=session_id))
    assert (await second.closed_with())[0] == CloseCode.SESSION_ENDED
    for token in (first.welcome.resume_token, second.welcome.resume_token):
        late = await stage.device(account, resume_token=token)
        assert late.welcome.device_id != first.welcome.device_id


@anywhere
async def test_a_ringing_device_that_comes_back_can_still_accept(stage: Stage) -> None:
    """D8."""
    ann, ben = await stage.pair()
    call_id = await rings(ann, ben)
    await ben.connection.close()
    again = await stage.device(stage.account_of(ben), resume_token=ben.welcome.resume_token)
    assert again.welcome.call is not None
    assert (again.welcome.call.call_id, again.welcome.call.state) == (call_id, "ringing")
    await again.say(Accept(call_id=call_id))
    await again.expect(CallAccepted)
    await ann.expect(CallAccepted)


@anywhere
async def test_a_lost_device_does_not_ring_until_it_is_back(stage: Stage) -> None:
    """D4: with no other device there, nobody can be reached."""
    ann, ben = await stage.pair()
    other = await stage.device(stage.account_of(ben))
    await other.connection.close()
    call_id = await rings(ann, ben)
    again = await stage.device(stage.account_of(ben), resume_token=other.welcome.resume_token)
    assert (await again.expect(CallIncoming)).call_id == call_id


@anywhere
async def test_the_end_of_a_session_closes_its_sockets_and_no_others(stage: Stage) -> None:
    """A8: also the one of a lost device, whose call ends at once."""
    session_id = new_id()
    ann = await stage.device(stage.billing.account("ann"))
    account = stage.billing.account("ben")
    ben = await stage.device(account, session_id=session_id)
    other = await stage.device(account)
    call_id = await rings(ann, ben, other)
    await ben.say(Accept(call_id=call_id))
    await ben.expect(CallAccepted)
    await stage.billing.tell(SessionEnded(notice_id=new_id(), account_id=account.id, session_id=session_id))
    assert (await ben.closed_with())[0] == CloseCode.SESSION_ENDED
    await ann.expect(CallAccepted)
    assert (await ann.expect(CallOver)).reason is EndReason.LOST
    again = await stage.device(account, resume_token=ben.welcome.resume_token)
    assert again.welcome.device_id != ben.welcome.device_id
    await stage.billing.tell(SessionEnded(notice_id=new_id(), account_id=account.id))
    for device in (other, again):
        assert (await device.closed_with())[0] == CloseCode.SESSION_ENDED
    await ann.hears_nothing()


@anywhere
async def test_a_session_that_ends_while_it_is_let_in(stage: Stage) -> None:
    """A8: billing's yes was older than the end."""
    account = stage.billing.account("ann")
    session_id = new_id()
    ended = SessionEnded(notice_id=new_id(), account_id=account.id, session_id=session_id)
    device = await stage.open()
    stage.billing.before_admitting = lambda: stage.billing.tell(ended)
    await device.say(Hello(token=stage.token(account, session_id=session_id)))
    assert (await device.closed_with())[0] == CloseCode.SESSION_ENDED


@anywhere
async def test_logging_out_costs_what_hanging_up_does(stage: Stage) -> None:
    """C2, C4: the device was there until now; it is not a lost one, of which nobody knows since when."""
    ann, ben = await stage.pair()
    await talks(ann, ben)
    await stage.time.pass_ms(3_000)
    await stage.billing.tell(SessionEnded(notice_id=new_id(), account_id=ann.account_id))
    assert (await ann.closed_with())[0] == CloseCode.SESSION_ENDED
    assert (await ben.expect(CallOver)).talk_ms == 3_000
    assert stage.account_of(ann).balance_minor == 90
