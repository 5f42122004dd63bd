"""Calls that go on at another node: handed over by a living owner, or restored from the ticket of a dead one."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from shared.messages.base import EndReason
from shared.messages.from_client import Accept, Connected, HangUp, Offer
from shared.messages.nodes import CallState
from shared.messages.requests import TakenOver
from shared.messages.to_client import CallAccepted, CallIncoming, PeerOffer, PeerResumed
from signaling.call.effects import AnnounceEnded, AnnounceStarted, AskRenewal, FindDevices, GiveTicket
from signaling.call.inputs import CalleeDevices, DeviceLost, DeviceResumed, LetGo, Renewed, TicketShown
from signaling.call.moving import hand_over, restore
from signaling.call.states import Role, State, TimerName
from tests.harness.clock import START
from tests.signaling.call.story import (
    ALICE,
    BOB,
    CALL_ID,
    CALLER,
    MINUTE_MS,
    PHONE,
    STATE_IN_TICKET,
    TABLET,
    TERMS,
    TIMES,
    Story,
    story_in,
)

ELSEWHERE_MS = 77
"""What the clock of the new owner shows: nothing that the one of the old owner has to do with."""


def taken(*, minutes_held: int = 1, proof_talk_ms: int = 0, started: bool = False, epoch: int = 2) -> TakenOver:
    return TakenOver(
        call_id=CALL_ID,
        epoch=epoch,
        caller=ALICE,
        callee=BOB,
        price_minor=10,
        currency="EUR",
        terms=TERMS.charging,
        minutes_held=minutes_held,
        proof_talk_ms=proof_talk_ms,
        started_at=START + timedelta(seconds=1) if started else None,
    )


def handed_over(story: Story) -> CallState:
    state = hand_over(story.call, story.now_ms, home=lambda _: "node-a")
    assert state is not None
    return state


def gone_on(state: CallState, answer: TakenOver) -> Story:
    """Return the story of the call at its new owner."""
    story = Story()
    story.now_ms = ELSEWHERE_MS
    story.call, story.effects = restore(answer, state, terms=TERMS, times=TIMES, now_ms=story.now_ms)
    return story


def both_back(story: Story, *, after_ms: int = 0) -> None:
    story.feed(DeviceResumed(CALLER), after_ms=after_ms)
    story.feed(DeviceResumed(PHONE))


def test_an_active_call_goes_on_with_its_talk_time_and_lease() -> None:
    """D8, D16: what was talked is talked, what was paid is paid, and the next minute is asked for in time."""
    story = story_in(State.ACTIVE)
    story.feed(Renewed(2))
    story.now_ms += 50_000
    state = handed_over(story)
    assert (state.stage, state.talk_ms, state.caller.node) == ("active", 50_000, "node-a")
    again = gone_on(state, taken(minutes_held=2, proof_talk_ms=45_000, started=True))
    assert again.call.state is State.RECONNECTING
    both_back(again, after_ms=4_000)
    assert again.is_in(State.ACTIVE)
    assert PeerResumed(call_id=CALL_ID) in again.heard(CALLER)
    assert again.call.talk_ms(again.now_ms) == 54_000
    effects = again.fires(TimerName.RENEW)
    assert effects == [AskRenewal(minute=3, talk_ms=105_000)]
    again.says(CALLER, HangUp(call_id=CALL_ID), after_ms=1_000)
    assert again.end() == (EndReason.HUNG_UP, 106_000)
    assert AnnounceStarted() not in again.effects


def test_what_lies_between_costs_nothing() -> None:
    """C11: an hour may pass between the last proof and the takeover; nobody comes back, and nobody pays for it."""
    again = gone_on(STATE_IN_TICKET, taken(proof_talk_ms=20_000, started=True))
    again.fires(TimerName.RESUME_CALLER)
    assert again.end() == (EndReason.LOST, STATE_IN_TICKET.talk_ms)


def test_a_ticket_alone_does_not_lower_what_is_proven() -> None:
    """C4: an old ticket, kept, makes no call cheaper."""
    old = replace(STATE_IN_TICKET, talk_ms=1)
    again = gone_on(old, taken(minutes_held=3, proof_talk_ms=150_000, started=True))
    both_back(again)
    again.says(CALLER, HangUp(call_id=CALL_ID))
    assert again.end() == (EndReason.HUNG_UP, 150_000)


def test_the_second_ticket_proves_more_and_never_less() -> None:
    """C11: of two proofs the greater one counts, whichever comes first."""
    again = gone_on(STATE_IN_TICKET, taken(started=True))
    again.feed(DeviceResumed(CALLER), after_ms=5_000)
    again.feed(TicketShown(PHONE, replace(STATE_IN_TICKET, talk_ms=40_000)))
    again.feed(DeviceResumed(PHONE))
    assert again.call.talk_ms(again.now_ms) == 40_000
    for older_ms in (40_000, 10_000):
        again.feed(TicketShown(PHONE, replace(STATE_IN_TICKET, talk_ms=older_ms)))
    assert again.call.talk_ms(again.now_ms) == 40_000
    newer = replace(STATE_IN_TICKET, talk_ms=55_000, epoch=2)
    again.feed(TicketShown(PHONE, newer))
    assert again.call.talk_ms(again.now_ms) == 40_000, "what this owner has said itself is no news to it"
    again.feed(TicketShown(PHONE, replace(STATE_IN_TICKET, talk_ms=10 * MINUTE_MS)))
    assert again.call.talk_ms(again.now_ms) == MINUTE_MS, "never more than is paid"


def test_what_two_owners_counted_at_once_is_counted_once() -> None:
    """C11: an owner that froze and woke up gives tickets for time that its follower counts as well."""
    again = gone_on(STATE_IN_TICKET, taken(started=True))
    both_back(again)
    base_ms = again.call.talk_ms(again.now_ms)
    again.feed(TicketShown(PHONE, replace(STATE_IN_TICKET, talk_ms=base_ms + 25_000)), after_ms=20_000)
    assert again.call.talk_ms(again.now_ms) == base_ms + 25_000


def test_talk_that_billing_has_not_heard_of_yet_is_announced() -> None:
    """C11: `call.started` may lie in the journal of the node that died."""
    again = gone_on(STATE_IN_TICKET, taken())
    assert again.effects.count(AnnounceStarted()) == 1
    assert [effect for effect in again.feed(DeviceResumed(CALLER)) if isinstance(effect, GiveTicket)]


def test_a_ringing_call_rings_on() -> None:
    """D5, D9: devices that ring are not told again; whoever else is there is."""
    story = story_in(State.RINGING)
    story.now_ms += 5_000
    state = handed_over(story)
    assert (state.stage, state.left_ms, len(state.ringing)) == ("ringing", 40_000, 2)
    again = gone_on(state, taken())
    assert again.effects.count(FindDevices(BOB.account_id)) == 1
    again.feed(CalleeDevices((PHONE.device_id, TABLET.device_id)))
    assert CallIncoming not in {type(said) for said in again.heard(PHONE)}
    again.says(PHONE, Accept(call_id=CALL_ID))
    assert CallAccepted(call_id=CALL_ID, connect_ms=20_000) in again.heard(CALLER)
    ringing_on = gone_on(state, taken())
    ringing_on.feed(DeviceResumed(CALLER))
    ringing_on.fires(TimerName.RING)
    assert ringing_on.end() == (EndReason.MISSED, 0)
    assert ringing_on.now_ms == ELSEWHERE_MS + 40_000


def test_a_caller_who_does_not_come_back_cancels() -> None:
    """C1: nothing is charged, and nobody rings for ever."""
    again = gone_on(handed_over(story_in(State.RINGING)), taken())
    again.fires(TimerName.RESUME_CALLER)
    assert again.end() == (EndReason.CANCELLED, 0)


def test_a_call_that_connects_goes_on_connecting() -> None:
    """D5: whoever was connected still is."""
    story = story_in(State.CONNECTING)
    story.says(CALLER, Connected(call_id=CALL_ID))
    again = gone_on(handed_over(story), taken())
    both_back(again)
    again.says(CALLER, Offer(call_id=CALL_ID, sdp="v=0"))
    assert PeerOffer in {type(said) for said in again.heard(PHONE)}
    again.says(PHONE, Connected(call_id=CALL_ID))
    assert again.is_in(State.ACTIVE)
    assert again.effects.count(AnnounceStarted()) == 1


def test_an_older_ticket_of_the_caller_is_completed_by_the_callees() -> None:
    """D8: the caller knew of no accept yet, or of no talk."""
    ringing = replace(STATE_IN_TICKET, stage="ringing", talk_ms=0, callee=None, connected=[], left_ms=9_000)
    again = gone_on(ringing, taken())
    again.feed(DeviceResumed(CALLER))
    connecting = replace(STATE_IN_TICKET, stage="connecting", talk_ms=0, connected=[Role.CALLEE])
    again.feed(TicketShown(PHONE, connecting))
    assert again.is_in(State.CONNECTING)
    assert CallAccepted(call_id=CALL_ID, connect_ms=20_000) in again.heard(CALLER)
    again.feed(TicketShown(PHONE, STATE_IN_TICKET))
    assert again.is_in(State.ACTIVE)
    assert again.call.talk_ms(again.now_ms) == STATE_IN_TICKET.talk_ms
    assert again.effects.count(AnnounceStarted()) == 1


def test_a_call_that_talks_is_known_to_by_billing_whatever_the_ticket_says() -> None:
    """C4: with a ticket from before the accept talk time does not begin again."""
    ringing = replace(STATE_IN_TICKET, stage="ringing", talk_ms=0, callee=None, connected=[], left_ms=9_000)
    again = gone_on(ringing, taken(proof_talk_ms=33_000, started=True))
    assert again.is_in(State.RECONNECTING)
    again.feed(TicketShown(PHONE, STATE_IN_TICKET))
    both_back(again)
    assert again.is_in(State.ACTIVE)
    again.says(PHONE, HangUp(call_id=CALL_ID))
    assert again.end() == (EndReason.HUNG_UP, 33_000)


@pytest.mark.parametrize("state", [State.AUTHORIZING, State.ENDED])
def test_what_is_no_call_is_not_handed_over(state: State) -> None:
    """D16."""
    story = story_in(state)
    assert hand_over(story.call, story.now_ms, home=lambda _: None) is None


@pytest.mark.parametrize("state", [State.RINGING, State.CONNECTING, State.ACTIVE, State.RECONNECTING])
def test_whoever_lets_go_says_nothing(state: State) -> None:
    """D16, C9: one end of the call, by the one who owns it."""
    story = story_in(state)
    before = len(story.effects)
    story.feed(LetGo())
    assert story.is_in(State.ENDED)
    assert not [e for e in story.effects[before:] if isinstance(e, AnnounceEnded)]
    assert story.heard(CALLER) == story_in(state).heard(CALLER)


@given(
    hops=st.lists(
        st.tuples(st.integers(0, 90_000), st.integers(0, 9_000), st.integers(0, 25_000), st.booleans()),
        min_size=1,
        max_size=5,
    ),
    minutes=st.integers(1, 6),
)
def test_talk_time_is_kept_through_any_number_of_owners(
    hops: list[tuple[int, int, int, bool]], minutes: int
) -> None:
    """C11, D16: never less than was proven, never more than was talked, never more than is paid; one end."""
    story, talked_ms, least_ms, ends = story_in(State.ACTIVE), 0, 0, []
    story.feed(Renewed(minutes))
    for epoch, (talk_ms, silent_ms, away_ms, is_handed_over) in enumerate(hops, start=2):
        if story.is_in(State.ENDED):
            break
        proof_ms = story.call.talk_ms(story.now_ms)
        story.now_ms += talk_ms
        talked_ms += talk_ms
        if silent_ms:
            story.feed(DeviceLost(CALLER, story.now_ms), after_ms=silent_ms)
        state = handed_over(story)
        if not is_handed_over:
            # Its owner died: the newest ticket is older than that.
            state = replace(state, talk_ms=(state.talk_ms + proof_ms) // 2)
        least_ms = state.talk_ms
        ends += story.announced()
        story = gone_on(state, taken(minutes_held=minutes, proof_talk_ms=proof_ms, started=True, epoch=epoch))
        assert story.call.epoch == epoch
        both_back(story, after_ms=min(away_ms, 15_000))
        talked_ms += min(away_ms, 15_000)
    paid_ms = min(minutes * MINUTE_MS, TIMES.call_ms_max)
    assert min(least_ms, paid_ms) <= story.call.talk_ms(story.now_ms) <= min(talked_ms, paid_ms)
    story.says(CALLER, HangUp(call_id=CALL_ID))
    assert len([*ends, *story.announced()]) == 1
