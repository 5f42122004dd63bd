"""A callee who cannot be reached: the caller hears it at a time that says nothing of what billing found."""

from __future__ import annotations

import pytest

from shared.messages.base import EndReason, RefusalReason
from shared.messages.from_client import Cancel, HangUp
from shared.messages.to_client import CallOver, CallRefused
from signaling.call.effects import Finished
from signaling.call.inputs import (
    AcceptByInvite,
    Authorized,
    AuthorizeFailed,
    CalleeDevices,
    DeviceGone,
    FromDevice,
    Input,
    Merged,
    Refused,
    StopCall,
    TimerFired,
)
from signaling.call.states import State, TimerName
from tests.signaling.call.story import (
    CALL_ID,
    CALLER,
    LAPTOP,
    PHONE,
    START_MS,
    TERMS,
    TIMES,
    Story,
    story_in,
)

UNREACHABLE = Refused(reason=RefusalReason.UNREACHABLE)
TOLD = CallRefused(call_id=CALL_ID, reason=RefusalReason.UNREACHABLE, ref="ring-bob")


def waiting(*, billing_took_ms: int = 3) -> Story:
    """Return a call whose caller will soon hear that nobody can be reached."""
    story = story_in(State.AUTHORIZING)
    while story.call.timers[TimerName.UNREACHABLE] < START_MS + billing_took_ms:
        story.fires(TimerName.UNREACHABLE)
    story.now_ms = START_MS + billing_took_ms
    story.feed(UNREACHABLE)
    return story


@pytest.mark.parametrize(
    ("billing_took_ms", "told_after_ms"),
    [(0, 500), (1, 500), (499, 500), (500, 500), (501, 1_000), (1_000, 1_000), (1_001, 1_500), (2_999, 3_000)],
)
def test_the_time_of_the_answer_says_nothing(billing_took_ms: int, told_after_ms: int) -> None:
    """Counted from the invite; where billing takes longer than that, from one multiple to the next."""
    story = waiting(billing_took_ms=billing_took_ms)
    assert story.call.timers == {TimerName.UNREACHABLE: START_MS + told_after_ms}
    assert TOLD not in story.heard(CALLER)
    story.fires(TimerName.UNREACHABLE)
    assert story.now_ms == START_MS + told_after_ms
    assert story.heard(CALLER)[-1] == TOLD
    assert_silent_end(story)


@pytest.mark.parametrize(
    "given",
    [
        UNREACHABLE,
        Refused(reason=RefusalReason.BUSY),
        Refused(reason=RefusalReason.BILLING_UNAVAILABLE),
        Authorized(TERMS),
        AuthorizeFailed(),
        Merged(),
        CalleeDevices((PHONE.device_id,)),
        TimerFired(TimerName.AUTHORIZE),
    ],
)
def test_nothing_comes_between(given: Input) -> None:
    """What else billing may say, or a device that comes now, changes neither the answer nor its time."""
    story = waiting()
    assert story.feed(given, after_ms=490) == []
    story.fires(TimerName.UNREACHABLE)
    assert (story.now_ms, story.heard(CALLER)[-1]) == (START_MS + 500, TOLD)
    assert_silent_end(story)


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        (FromDevice(CALLER, Cancel(call_id=CALL_ID)), EndReason.CANCELLED),
        (FromDevice(CALLER, HangUp(call_id=CALL_ID)), EndReason.CANCELLED),
        (DeviceGone(CALLER, START_MS), EndReason.CANCELLED),
        (StopCall(EndReason.SHUTDOWN), EndReason.SHUTDOWN),
        (StopCall(EndReason.BLOCKED), EndReason.BLOCKED),
    ],
)
def test_whoever_gives_up_before_hears_what_anybody_would(given: Input, reason: EndReason) -> None:
    """At once, once, and billing hears nothing: it would keep what the caller could look at."""
    story = waiting()
    story.feed(given, after_ms=1)
    assert story.heard(CALLER)[-1] == CallOver(call_id=CALL_ID, reason=reason, talk_ms=0)
    assert TOLD not in story.heard(CALLER)
    assert_silent_end(story)


def test_a_device_that_accepted_too_early_hears_of_it() -> None:
    """D10: the accept of a glare may come before the refusal, or in between."""
    story = waiting()
    story.feed(AcceptByInvite(LAPTOP.device_id))
    story.fires(TimerName.UNREACHABLE)
    assert story.heard(LAPTOP) == [CallOver(call_id=CALL_ID, reason=EndReason.UNREACHABLE, talk_ms=0)]
    assert_silent_end(story)


def test_a_late_timer_is_all_that_delays_it() -> None:
    """The time is a setting; where the timer is late, the next one is not."""
    story = story_in(State.AUTHORIZING)
    story.fires(TimerName.UNREACHABLE, late_ms=7)
    assert story.call.timers[TimerName.UNREACHABLE] == START_MS + 2 * TIMES.unreachable_answer_ms
    story = waiting()
    story.fires(TimerName.UNREACHABLE, late_ms=7)
    assert story.now_ms == START_MS + TIMES.unreachable_answer_ms + 7
    assert story.heard(CALLER)[-1] == TOLD


def assert_silent_end(story: Story) -> None:
    assert story.announced() == []
    assert story.call.state is State.ENDED
    assert story.call.timers == {}
    assert isinstance(story.effects[-1], Finished)
