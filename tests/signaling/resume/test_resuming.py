"""Devices that come back to the node that they were at."""

from shared.messages.base import EndReason
from shared.messages.from_client import Accept, Candidate, Hello, Invite, Offer
from shared.messages.to_client import (
    CallAccepted,
    CallAuthorizing,
    CallIncoming,
    CallOver,
    CallRinging,
    CloseCode,
    Error,
    PeerCandidate,
    PeerLost,
    PeerOffer,
    PeerResumed,
    Wallet,
)
from tests.signaling.manual_time import give_turns
from tests.signaling.stage import Stage, staged, talks


async def test_what_was_missed_comes_in_order_and_once(stage: Stage) -> None:
    """D8: after the welcome, with its numbers; nothing more is told of the call."""
    ann, ben = await stage.pair()
    call_id = await talks(ann, ben)
    await ben.connection.close()
    await ann.expect(PeerLost)
    for number in range(3):
        await ann.say(Offer(call_id=call_id, sdp=f"v={number}"))
    await ann.hears_nothing()
    again = await stage.resumed(ben)
    assert (again.welcome.resumed, again.welcome.call) == (True, None)
    assert again.welcome.device_id == ben.welcome.device_id
    assert [(await again.expect(PeerOffer)).sdp for _ in range(3)] == ["v=0", "v=1", "v=2"]
    await ann.expect(PeerResumed)
    await ann.say(Offer(call_id=call_id, sdp="v=3"))
    assert (await again.expect(PeerOffer)).sdp == "v=3"
    await again.hears_nothing()


async def test_what_was_sent_and_did_not_come_comes_again(stage: Stage) -> None:
    """D8: the server had written it; the client had not read it."""
    ann, ben = await stage.pair()
    call_id = await talks(ann, ben)
    for number in range(3):
        await ann.say(Offer(call_id=call_id, sdp=f"v={number}"))
    await ann.hears_nothing()
    assert (await ben.expect(PeerOffer)).sdp == "v=0"
    again = await stage.resumed(ben)
    assert again.welcome.resumed
    assert [(await again.expect(PeerOffer)).sdp for _ in range(2)] == ["v=1", "v=2"]
    await again.hears_nothing()
    assert (await ben.closed_with())[0] == CloseCode.REPLACED


async def test_even_the_end_of_the_call_is_not_missed(stage: Stage) -> None:
    """D8: nor what was told to the account meanwhile."""
    ann, ben = await stage.pair()
    await talks(ann, ben)
    await stage.time.pass_ms(2_000)
    await ann.hears_nothing()
    await ann.connection.close()
    await ben.expect(PeerLost)
    await ben.connection.close()
    await give_turns()
    await stage.billing.top_up(stage.account_of(ben), 50)
    again = await stage.resumed(ben)
    assert again.welcome.resumed
    assert (await again.expect(Wallet)).wallet.balance_minor == 150
    await stage.time.pass_ms(20_000)
    over = await again.expect(CallOver)
    assert (over.reason, over.talk_ms) == (EndReason.LOST, 2_000)


async def test_a_client_that_does_not_count_gets_a_snapshot(stage: Stage) -> None:
    """D8: and numbers begin again, which the device of the tests checks."""
    ann, ben = await stage.pair()
    call_id = await talks(ann, ben)
    await ben.connection.close()
    await ann.expect(PeerLost)
    await ann.say(Offer(call_id=call_id, sdp="v=0"))
    await ann.hears_nothing()
    again = await stage.device(stage.account_of(ben), resume_token=ben.welcome.resume_token)
    assert not again.welcome.resumed
    assert again.welcome.call is not None
    assert again.welcome.call.call_id == call_id
    await again.hears_nothing()
    # From here on it is known what came.
    third = await stage.resumed(again)
    assert third.welcome.resumed


async def test_who_missed_too_much_gets_a_snapshot() -> None:
    """D8: never a silent gap."""
    async with staged(resume_messages_max=5) as stage:
        ann, ben = await stage.pair()
        call_id = await talks(ann, ben)
        await ben.connection.close()
        await ann.expect(PeerLost)
        for number in range(6):
            await ann.say(Offer(call_id=call_id, sdp=f"v={number}"))
        await ann.hears_nothing()
        again = await stage.resumed(ben)
        assert not again.welcome.resumed
        assert again.welcome.call is not None
        await again.hears_nothing()


async def test_more_than_the_queue_holds_may_come_again() -> None:
    """D8, D11: it is not the device's fault that it is all told at once."""
    async with staged(socket_queue_max=4, messages_burst_max=1_000) as stage:
        ann, ben = await stage.pair()
        call_id = await talks(ann, ben)
        await ben.connection.close()
        await ann.expect(PeerLost)
        for number in range(100):
            await ann.say(Offer(call_id=call_id, sdp=f"{number}" + " " * 8_000))
        await ann.hears_nothing()
        again = await stage.resumed(ben)
        for number in range(100):
            assert (await again.expect(PeerOffer)).sdp.strip() == str(number)
        await again.hears_nothing()


async def test_what_a_device_says_again_is_not_done_again(stage: Stage) -> None:
    """D8: it is told up to where it was heard, and what it says from there on counts."""
    ann, ben = await stage.pair()
    await ann.say(Invite(callee_id=ben.account_id, seq=1))
    call_id = (await ann.expect(CallAuthorizing)).call_id
    await ann.expect(CallRinging)
    await ben.expect(CallIncoming)
    again = await stage.resumed(ann)
    assert again.welcome.received == 1
    await again.say(Invite(callee_id=ben.account_id, seq=1))
    await again.hears_nothing()
    await ben.say(Accept(call_id=call_id, seq=1))
    for device in (again, ben):
        await device.expect(CallAccepted)
    await again.say(Candidate(call_id=call_id, candidate=None, seq=2))
    await again.say(Candidate(call_id=call_id, candidate=None, seq=2))
    await ben.expect(PeerCandidate)
    await ben.hears_nothing()
    await ben.say(Accept(call_id=call_id, seq=2))
    assert (await ben.expect(Error)).code == "illegal_step"
    await ben.say(Accept(call_id=call_id, seq=2))
    await ben.hears_nothing()


async def test_a_new_device_begins_with_one_whatever_it_says(stage: Stage) -> None:
    """D8: with a token that leads nowhere nothing was received."""
    ann, _ = await stage.pair()
    device = await stage.open()
    token = stage.token(stage.account_of(ann))
    await device.say(Hello(token=token, resume_token="invented", received=17))
    welcome = await device.hear()
    assert (welcome.resumed, welcome.received) == (False, 0)  # type: ignore[union-attr]
    await device.hears_nothing()
