"""What one call may carry, on real sockets."""

from shared.messages.from_client import CANDIDATE_CHARS_MAX, SDP_CHARS_MAX, Candidate, IceCandidate, Offer
from shared.messages.to_client import Error, ErrorCode, PeerCandidate, PeerOffer
from signaling.call.steps import DESCRIPTIONS_MAX
from tests.signaling.stage import Stage, staged, talks


async def test_the_longest_description_and_candidate_pass_and_no_longer_ones(stage: Stage) -> None:
    """D7."""
    ann, ben = await stage.pair()
    call_id = await talks(ann, ben)
    await ann.say(Offer(call_id=call_id, sdp="v" * SDP_CHARS_MAX))
    assert len((await ben.expect(PeerOffer)).sdp) == SDP_CHARS_MAX
    await ann.say(Candidate(call_id=call_id, candidate=IceCandidate("c" * CANDIDATE_CHARS_MAX)))
    await ben.expect(PeerCandidate)
    for one_more in (
        Offer(call_id=call_id, sdp="v" * (SDP_CHARS_MAX + 1), ref="longer"),
        Candidate(call_id=call_id, candidate=IceCandidate("c" * (CANDIDATE_CHARS_MAX + 1)), ref="longer"),
        Candidate(call_id=call_id, candidate=IceCandidate("c", sdpMid="m" * 65), ref="longer"),
        Candidate(call_id=call_id, candidate=IceCandidate("c", usernameFragment="u" * 257), ref="longer"),
    ):
        await ann.say(one_more)
        error = await ann.expect(Error)
        assert (error.code, error.ref) == (ErrorCode.MALFORMED, "longer")
    await ben.hears_nothing()


async def test_descriptions_of_a_call_are_limited_in_number() -> None:
    """D7: the call goes on with what it has; the other side may still speak."""
    async with staged(messages_burst_max=10 * DESCRIPTIONS_MAX) as stage:
        ann, ben = await stage.pair()
        call_id = await talks(ann, ben)
        for _ in range(DESCRIPTIONS_MAX):
            await ann.say(Offer(call_id=call_id, sdp="v"))
            await ben.expect(PeerOffer)
        await ann.say(Offer(call_id=call_id, sdp="v", ref="one too many"))
        error = await ann.expect(Error)
        assert (error.code, error.ref, error.call_id) == (ErrorCode.ILLEGAL_STEP, "one too many", call_id)
        await ben.hears_nothing()
        await ben.say(Offer(call_id=call_id, sdp="v"))
        await ann.expect(PeerOffer)
