"""How much of descriptions and candidates one side of a call may send."""

from __future__ import annotations

import pytest

from shared.messages.from_client import Answer, Candidate, HangUp, IceCandidate, MediaDescription, Offer
from shared.messages.to_client import ErrorCode
from signaling.call.effects import Reject, Send
from signaling.call.states import State
from signaling.call.steps import CANDIDATES_MAX, DESCRIPTIONS_MAX
from tests.signaling.call.story import CALL_ID, CALLER, PHONE, overs, story_in

CANDIDATE = Candidate(call_id=CALL_ID, candidate=IceCandidate("c"))


@pytest.mark.parametrize(
    ("said", "most"),
    [
        ([Offer(call_id=CALL_ID, sdp="o", ref="r"), Answer(call_id=CALL_ID, sdp="a", ref="r")], DESCRIPTIONS_MAX),
        ([CANDIDATE, Candidate(call_id=CALL_ID, candidate=None)], CANDIDATES_MAX),
    ],
)
def test_one_too_many_is_rejected_and_changes_nothing(said: list[MediaDescription], most: int) -> None:
    """D7: each side has its own count, and the call goes on."""
    story = story_in(State.ACTIVE)
    for number in range(most):
        [forwarded] = story.says(CALLER, said[number % 2])
        assert isinstance(forwarded, Send)
    for one_more in said:
        [rejected] = story.says(CALLER, one_more)
        assert isinstance(rejected, Reject)
        assert (rejected.code, rejected.ref) == (ErrorCode.ILLEGAL_STEP, one_more.ref)
    [forwarded] = story.says(PHONE, said[0])
    assert isinstance(forwarded, Send)
    assert story.is_in(State.ACTIVE)
    story.says(PHONE, HangUp(call_id=CALL_ID))
    assert len(overs(story, CALLER)) == 1


def test_descriptions_and_candidates_are_counted_apart() -> None:
    story = story_in(State.ACTIVE)
    for _ in range(DESCRIPTIONS_MAX + 1):
        story.says(CALLER, Offer(call_id=CALL_ID, sdp="o"))
    [forwarded] = story.says(CALLER, CANDIDATE)
    assert isinstance(forwarded, Send)
