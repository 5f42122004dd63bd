"""What is free, how long a call may last at most, and what its owner wants to spend: to the millisecond."""

from __future__ import annotations

import pytest

from shared.messages.base import EndReason
from shared.messages.from_client import HangUp
from shared.messages.to_client import CallActive, CallLease, CallLowFunds, CallRinging
from signaling.call.inputs import DeviceLost, FundsChanged, RenewalRefused, Renewed
from signaling.call.states import State, TimerName
from tests.signaling.call.story import CALL_ID, CALLER, MINUTE_MS, PHONE, TIMES, Story, story_in, terms_with
from tests.signaling.call.test_lease import RENEW_MS, asked

LIMIT = RenewalRefused(minute=2, reason="spend_limit", spend_limit="day")


def talk(*, free_ms: int = 0, grace_ms: int = 0, talk_ms_max: int | None = None) -> Story:
    terms = terms_with(free_ms=free_ms, grace_ms=grace_ms, talk_ms_max=talk_ms_max)
    return story_in(State.ACTIVE, terms=terms)


def low_funds(story: Story) -> list[CallLowFunds]:
    return [message for message in story.heard(CALLER) if isinstance(message, CallLowFunds)]


@pytest.mark.parametrize("free_ms", [0, 1, 10_000, MINUTE_MS, 90_000])
def test_minutes_follow_what_is_free(free_ms: int) -> None:
    """C6: with money for two minutes, talk ends after what is free and the two, at most a timer late."""
    story = talk(free_ms=free_ms, grace_ms=5_000)
    story.fires(TimerName.RENEW)
    story.feed(Renewed(2))
    story.fires(TimerName.RENEW)
    story.feed(RenewalRefused(minute=3, reason="insufficient_funds", shortfall_minor=5))
    story.fires(TimerName.LEASE, late_ms=999)
    assert asked(story) == [(2, free_ms + RENEW_MS), (3, free_ms + MINUTE_MS + RENEW_MS)]
    assert [warning.ends_in_ms for warning in low_funds(story)] == [TIMES.renew_lead_ms]
    assert story.end() == (EndReason.OUT_OF_FUNDS, free_ms + 2 * MINUTE_MS)
    [lease] = [message for message in story.heard(PHONE) if isinstance(message, CallLease)]
    assert lease.paid_ms == free_ms + 2 * MINUTE_MS


@pytest.mark.parametrize("talk_ms", [0, 1, 10_000, 10_001, 70_000, 70_001])
def test_talk_time_counts_from_the_first_moment(talk_ms: int) -> None:
    """C2, C4: what is free is for billing to take off; the paid time is the bound here."""
    story = talk(free_ms=10_000)
    story.says(CALLER, HangUp(call_id=CALL_ID), after_ms=talk_ms)
    assert story.end() == (EndReason.HUNG_UP, min(talk_ms, 70_000))


def test_a_grace_pays_for_nothing() -> None:
    """C11: it is forgiven afterwards; the call lasts no longer for it without the next minute."""
    story = talk(grace_ms=2 * MINUTE_MS)
    story.fires(TimerName.LEASE)
    assert story.end() == (EndReason.BILLING_UNAVAILABLE, MINUTE_MS)


def test_both_are_told_what_costs_nothing() -> None:
    """C4: so that what is shown is what will be charged."""
    story = talk(free_ms=10_000, grace_ms=5_000)
    [ringing] = [message for message in story.heard(CALLER) if isinstance(message, CallRinging)]
    actives = [
        message for who in (CALLER, PHONE) for message in story.heard(who) if isinstance(message, CallActive)
    ]
    snapshot = story.call.snapshot(PHONE, story.now_ms)
    assert snapshot is not None
    everywhere = [(ringing.free_ms, ringing.grace_ms), (snapshot.free_ms, snapshot.grace_ms)]
    everywhere += [(active.free_ms, active.grace_ms) for active in actives]
    assert everywhere == [(10_000, 5_000)] * 4
    assert [active.paid_ms for active in actives] == [70_000, 70_000]
    assert snapshot.paid_ms == 70_000


@pytest.mark.parametrize(
    ("talk_ms_max", "minutes_asked"), [(1, 0), (MINUTE_MS, 0), (MINUTE_MS + 1, 1), (150_000, 2), (3 * MINUTE_MS, 2)]
)
def test_the_callers_longest_call_ends_there(talk_ms_max: int, minutes_asked: int) -> None:
    """Also within a minute; no minute is asked for that could not be talked."""
    story = talk(talk_ms_max=talk_ms_max)
    while TimerName.RENEW in story.call.timers:
        story.fires(TimerName.RENEW)
        story.feed(Renewed(asked(story)[-1][0]))
    story.fires(TimerName.LEASE, late_ms=3)
    assert len(asked(story)) == minutes_asked
    assert story.end() == (EndReason.MAX_DURATION, talk_ms_max)


@pytest.mark.parametrize("free_ms", [30_000, 2 * MINUTE_MS])
def test_the_longest_call_counts_what_is_free(free_ms: int) -> None:
    """Also where it is over before the first minute begins."""
    story = talk(free_ms=free_ms, talk_ms_max=80_000)
    story.fires(TimerName.LEASE)
    assert asked(story) == []
    assert story.end() == (EndReason.MAX_DURATION, 80_000)


def test_nobodys_longest_call_is_longer_than_the_installations() -> None:
    story = talk(talk_ms_max=2 * TIMES.call_ms_max)
    story.feed(Renewed(99))
    story.fires(TimerName.LEASE)
    assert story.end() == (EndReason.MAX_DURATION, TIMES.call_ms_max)


@pytest.mark.parametrize("late_ms", [0, 999])
def test_the_call_ends_with_the_minute_that_the_limit_allows(late_ms: int) -> None:
    """C6: the caller is told which limit it is; the callee no more than that the call will end."""
    story = talk()
    story.fires(TimerName.RENEW)
    story.feed(LIMIT)
    [told] = low_funds(story)
    assert (told.reason, told.spend_limit, told.shortfall_minor) == ("spend_limit", "day", None)
    assert story.heard(PHONE)[-1] == CallLowFunds(call_id=CALL_ID, ends_in_ms=TIMES.renew_lead_ms)
    story.fires(TimerName.LEASE, late_ms=late_ms)
    assert story.end() == (EndReason.SPEND_LIMIT, MINUTE_MS)


def test_lack_of_money_is_told_as_such() -> None:
    """C6"""
    story = talk()
    story.feed(RenewalRefused(minute=2, reason="insufficient_funds", shortfall_minor=5), after_ms=RENEW_MS)
    [told] = low_funds(story)
    assert (told.reason, told.spend_limit, told.shortfall_minor) == ("funds", None, 5)


def test_a_raised_limit_lets_the_call_go_on() -> None:
    """C7: told as a change of the wallet, and asked again under the same number."""
    story = talk()
    story.fires(TimerName.RENEW)
    story.feed(LIMIT)
    story.feed(FundsChanged(), after_ms=5_000)
    story.feed(Renewed(2))
    assert asked(story) == [(2, RENEW_MS), (2, RENEW_MS + 5_000)]
    story.fires(TimerName.LEASE)
    assert story.end() == (EndReason.BILLING_UNAVAILABLE, 2 * MINUTE_MS)


def test_the_last_word_on_the_next_minute_is_why_it_ends() -> None:
    """C6: the limit was raised, and then the money was not there."""
    story = talk()
    story.fires(TimerName.RENEW)
    story.feed(LIMIT)
    story.feed(FundsChanged())
    story.feed(RenewalRefused(minute=2, reason="insufficient_funds", shortfall_minor=5))
    story.fires(TimerName.LEASE)
    assert story.end() == (EndReason.OUT_OF_FUNDS, MINUTE_MS)


def test_a_dead_line_costs_no_free_talk_either() -> None:
    """C11: talk stops at the last proof of life, free or not."""
    story = talk(free_ms=10_000)
    story.feed(DeviceLost(PHONE, story.now_ms + 4_000), after_ms=9_000)
    story.fires(TimerName.RESUME_CALLEE)
    assert story.end() == (EndReason.LOST, 4_000)
