"""Whose addresses the other party must not learn: on real sockets."""

from shared.messages.from_client import Answer, Candidate, IceCandidate, Offer
from shared.messages.to_client import PeerAnswer, PeerCandidate, PeerOffer
from signaling.call.addresses import sdp_without_addresses
from tests.signaling.call.test_addresses import HOME, INSIDE, OFFER, RELAY
from tests.signaling.stage import Stage, anywhere, staged, talks

HOST = IceCandidate(f"candidate:1 1 udp 1 {INSIDE} 9 typ host", sdpMid="0")
RELAYED = IceCandidate(f"candidate:4 1 udp 5 {RELAY} 61001 typ relay raddr {HOME} rport 56143", sdpMid="0")
PASSED = IceCandidate(f"candidate:4 1 udp 5 {RELAY} 61001 typ relay raddr 0.0.0.0 rport 9", sdpMid="0")


@anywhere
async def test_an_account_that_is_relay_only_hides_itself_and_nobody_else(stage: Stage) -> None:
    """D6: the callee's descriptions and candidates come without addresses, the caller's as they are."""
    ann, ben = await stage.pair()
    stage.account_of(ben).relay_only = True
    call_id = await talks(ann, ben)
    await ann.say(Offer(call_id=call_id, sdp=OFFER))
    assert (await ben.expect(PeerOffer)).sdp == OFFER
    await ann.say(Candidate(call_id=call_id, candidate=HOST))
    assert (await ben.expect(PeerCandidate)).candidate == HOST
    await ben.say(Answer(call_id=call_id, sdp=OFFER))
    assert (await ann.expect(PeerAnswer)).sdp == sdp_without_addresses(OFFER)
    for candidate in (HOST, RELAYED, None):
        await ben.say(Candidate(call_id=call_id, candidate=candidate))
    assert [(await ann.expect(PeerCandidate)).candidate for _ in range(2)] == [PASSED, None]
    await ann.hears_nothing()
    await ben.hears_nothing()


async def test_the_installation_may_want_it_of_everybody() -> None:
    async with staged(relay_only=True) as stage:
        ann, ben = await stage.pair()
        call_id = await talks(ann, ben)
        for one, other in ((ann, ben), (ben, ann)):
            await one.say(Offer(call_id=call_id, sdp=OFFER))
            assert (await other.expect(PeerOffer)).sdp == sdp_without_addresses(OFFER)
            await one.say(Candidate(call_id=call_id, candidate=HOST))
            await other.hears_nothing()


@anywhere
async def test_a_wish_counts_for_the_calls_after_it(stage: Stage) -> None:
    """It is read with each call, like the price; one that is live goes on as it began."""
    ann, ben = await stage.pair()
    call_id = await talks(ann, ben)
    stage.account_of(ann).relay_only = True
    await ann.say(Candidate(call_id=call_id, candidate=HOST))
    assert (await ben.expect(PeerCandidate)).candidate == HOST
