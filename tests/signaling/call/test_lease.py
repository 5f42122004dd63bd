"""Talk time and paid minutes, to the millisecond."""

from __future__ import annotations

import msgspec
import pytest

from shared.messages.base import EndReason
from shared.messages.from_client import HangUp
from shared.messages.to_client import CallLease, CallLowFunds
from signaling.call.effects import AskRenewal, SetTimer
from signaling.call.inputs import (
    DeviceLost,
    DeviceResumed,
    FundsChanged,
    Input,
    RenewalFailed,
    RenewalRefused,
    Renewed,
    TimerFired,
)
from signaling.call.machine import step
from signaling.call.states import RENEWAL_RETRIES_MAX, State, TimerName
from tests.signaling.call.story import CALL_ID, CALLER, MINUTE_MS, PHONE, TIMES, Story, story_in

NO_MONEY = RenewalRefused(minute=2, reason="insufficient_funds", shortfall_minor=5)
RENEW_MS = MINUTE_MS - TIMES.renew_lead_ms


def talk() -> Story:
    return story_in(State.ACTIVE)


def asked(story: Story) -> list[tuple[int, int]]:
    """Return minute and talk time of each renewal asked for."""
    return [(ask.minute, ask.talk_ms) for ask in story.effects if isinstance(ask, AskRenewal)]


def low_funds(story: Story) -> list[tuple[int, int | None]]:
    messages = [message for message in story.heard(CALLER) if isinstance(message, CallLowFunds)]
    return [(message.ends_in_ms, message.shortfall_minor) for message in messages]


@pytest.mark.parametrize("talk_ms", [0, 1, 59_999, 60_000])
def test_talk_time_is_what_the_clock_says(talk_ms: int) -> None:
    """C2, C4: the boundaries of the first minute reach billing as they were."""
    story = talk()
    story.says(PHONE, HangUp(call_id=CALL_ID), after_ms=talk_ms)
    assert story.end() == (EndReason.HUNG_UP, talk_ms)


@pytest.mark.parametrize("talk_ms", [60_001, 120_000, 120_001, 180_000])
def test_talk_time_beyond_a_minute_needs_the_next_one(talk_ms: int) -> None:
    """C2: with the minute renewed, one millisecond more is talked and told."""
    story = talk()
    story.feed(Renewed(3))
    story.says(CALLER, HangUp(call_id=CALL_ID), after_ms=talk_ms)
    assert story.end() == (EndReason.HUNG_UP, talk_ms)


@pytest.mark.parametrize("late_ms", [0, 1, 999, 3_600_000])
def test_unpaid_talk_ends_at_exactly_the_paid_time(late_ms: int) -> None:
    """C6: however late the timer comes."""
    story = talk()
    story.feed(NO_MONEY, after_ms=RENEW_MS)
    story.fires(TimerName.LEASE, late_ms=late_ms)
    assert story.end() == (EndReason.OUT_OF_FUNDS, MINUTE_MS)


def test_hanging_up_late_is_not_talked_beyond_what_is_paid() -> None:
    story = talk()
    story.says(CALLER, HangUp(call_id=CALL_ID), after_ms=MINUTE_MS + 1)
    assert story.end() == (EndReason.HUNG_UP, MINUTE_MS)


def test_money_for_two_minutes() -> None:
    """C6: balance 25 at price 10."""
    story = talk()
    story.fires(TimerName.RENEW)
    story.feed(Renewed(2))
    story.fires(TimerName.RENEW)
    story.feed(RenewalRefused(minute=3, reason="insufficient_funds", shortfall_minor=5))
    story.fires(TimerName.LEASE)
    assert asked(story) == [(2, RENEW_MS), (3, MINUTE_MS + RENEW_MS)]
    assert low_funds(story) == [(TIMES.renew_lead_ms, 5)]
    assert story.end() == (EndReason.OUT_OF_FUNDS, 2 * MINUTE_MS)


def test_renewal_is_told_to_both() -> None:
    story = talk()
    story.fires(TimerName.RENEW)
    story.feed(Renewed(2), after_ms=20)
    lease = CallLease(call_id=CALL_ID, talk_ms=RENEW_MS + 20, paid_ms=2 * MINUTE_MS)
    assert story.heard(CALLER)[-1] == story.heard(PHONE)[-1] == lease


def test_what_is_missing_is_the_callers_matter() -> None:
    """C6: the callee hears when the call will end, and nothing of the caller's money."""
    story = talk()
    story.feed(NO_MONEY, after_ms=RENEW_MS)
    assert story.heard(CALLER)[-1] == CallLowFunds(
        call_id=CALL_ID, ends_in_ms=TIMES.renew_lead_ms, reason="funds", shortfall_minor=5, currency="EUR"
    )
    assert story.heard(PHONE)[-1] == CallLowFunds(call_id=CALL_ID, ends_in_ms=TIMES.renew_lead_ms)


def test_top_up_lets_the_call_go_on() -> None:
    """C7: the refused minute is asked for again, under the same number."""
    story = talk()
    story.fires(TimerName.RENEW)
    story.feed(NO_MONEY)
    story.feed(FundsChanged(), after_ms=5_000)
    story.feed(Renewed(2))
    assert asked(story) == [(2, RENEW_MS), (2, RENEW_MS + 5_000)]
    assert story.call.timers[TimerName.LEASE] == story.now_ms - 50_000 + 2 * MINUTE_MS


def test_top_up_that_crosses_the_refusal() -> None:
    """C7: the refusal may be older than the money, so it is not the last word."""
    story = talk()
    story.fires(TimerName.RENEW)
    story.feed(FundsChanged())
    story.feed(NO_MONEY)
    assert asked(story) == [(2, RENEW_MS), (2, RENEW_MS)]
    assert low_funds(story) == []
    story.feed(NO_MONEY)
    assert len(asked(story)) == 2
    assert low_funds(story) == [(TIMES.renew_lead_ms, 5)]


def test_top_up_that_is_not_enough() -> None:
    story = talk()
    story.fires(TimerName.RENEW)
    story.feed(NO_MONEY)
    story.feed(FundsChanged(), after_ms=1_000)
    story.feed(RenewalRefused(minute=2, reason="insufficient_funds", shortfall_minor=1), after_ms=10)
    assert low_funds(story) == [(TIMES.renew_lead_ms, 5), (TIMES.renew_lead_ms - 1_010, 1)]
    story.fires(TimerName.LEASE)
    assert story.end() == (EndReason.OUT_OF_FUNDS, MINUTE_MS)


@pytest.mark.parametrize("answer", [RenewalFailed(2), RenewalRefused(minute=2, reason="out_of_turn")])
def test_unanswered_renewal_is_asked_again_but_not_for_ever(answer: Input) -> None:
    """C12: closed rather than free."""
    story = talk()
    story.fires(TimerName.RENEW)
    story.feed(answer)
    while TimerName.RENEW in story.call.timers:
        story.fires(TimerName.RENEW)
        story.feed(answer)
    spaced = TIMES.renew_lead_ms // RENEWAL_RETRIES_MAX
    assert asked(story) == [(2, RENEW_MS + n * spaced) for n in range(RENEWAL_RETRIES_MAX)]
    story.fires(TimerName.LEASE)
    assert story.end() == (EndReason.BILLING_UNAVAILABLE, MINUTE_MS)


def test_repeated_failures_do_not_move_the_last_retry_for_ever() -> None:
    """The number of retries is bounded, not only their spacing."""
    story = talk()
    story.fires(TimerName.RENEW)
    for _ in range(RENEWAL_RETRIES_MAX):
        assert story.feed(RenewalFailed(2)) != []
    assert story.feed(RenewalFailed(2)) == []


def test_retries_start_afresh_with_every_minute() -> None:
    story = talk()
    for minute in range(2, 10):
        story.fires(TimerName.RENEW)
        story.feed(RenewalFailed(minute))
        story.fires(TimerName.RENEW)
        story.feed(Renewed(minute))
    assert story.call.state is State.ACTIVE


def test_no_reply_after_a_refusal_is_no_lack_of_money() -> None:
    story = talk()
    story.feed(NO_MONEY, after_ms=RENEW_MS)
    story.feed(FundsChanged())
    story.feed(RenewalFailed(2))
    story.fires(TimerName.LEASE)
    assert story.end() == (EndReason.BILLING_UNAVAILABLE, MINUTE_MS)


def test_paid_minute_makes_an_old_refusal_forgotten() -> None:
    story = talk()
    story.fires(TimerName.RENEW)
    story.feed(FundsChanged())
    story.feed(NO_MONEY)
    story.feed(FundsChanged())
    story.feed(Renewed(2))
    story.fires(TimerName.RENEW)
    story.feed(RenewalRefused(minute=3, reason="insufficient_funds", shortfall_minor=5))
    assert [minute for minute, _ in asked(story)] == [2, 2, 3], "the top-up was older than this question"


def test_no_reply_about_the_next_minute_after_a_refusal_of_the_last() -> None:
    story = talk()
    story.fires(TimerName.RENEW)
    story.feed(NO_MONEY)
    story.feed(Renewed(2))
    story.fires(TimerName.LEASE)
    assert story.end() == (EndReason.BILLING_UNAVAILABLE, 2 * MINUTE_MS)


def test_late_refusal_of_a_paid_minute_changes_nothing() -> None:
    story = talk()
    story.feed(Renewed(2))
    for late in (NO_MONEY, RenewalRefused(minute=2, reason="call_settled"), RenewalFailed(2), Renewed(2)):
        assert story.feed(late) == []


def test_longest_call_ends_there_and_asks_for_no_more() -> None:
    story = talk()
    while TimerName.RENEW in story.call.timers:
        story.fires(TimerName.RENEW)
        story.feed(Renewed(asked(story)[-1][0]))
    story.fires(TimerName.LEASE, late_ms=7)
    assert asked(story)[-1][0] == TIMES.call_ms_max // MINUTE_MS
    assert story.end() == (EndReason.MAX_DURATION, TIMES.call_ms_max)


def test_longest_call_may_end_within_a_minute() -> None:
    story = story_in(State.ACTIVE, msgspec.structs.replace(TIMES, call_ms_max=90_000))
    story.feed(Renewed(2))
    story.fires(TimerName.LEASE)
    assert story.end() == (EndReason.MAX_DURATION, 90_000)


def test_timer_that_fires_early_is_set_again() -> None:
    """An event loop may fire a millisecond early: the end must not be missed for it."""
    story = talk()
    at_ms = story.call.timers[TimerName.LEASE]
    early = step(story.call, TimerFired(TimerName.LEASE), at_ms - 1)
    assert early == [SetTimer(TimerName.LEASE, at_ms)]
    story.fires(TimerName.LEASE)
    assert story.end() == (EndReason.BILLING_UNAVAILABLE, MINUTE_MS)


def test_no_minute_is_asked_for_while_a_device_is_lost() -> None:
    """C11: a minute is paid for only while both are alive; back again, it is asked for at once."""
    story = talk()
    story.feed(DeviceLost(PHONE, story.now_ms), after_ms=RENEW_MS - 1)
    assert TimerName.RENEW not in story.call.timers
    story.feed(DeviceResumed(PHONE), after_ms=5_001)
    assert asked(story) == [(2, RENEW_MS + 5_000)]


def test_renewal_under_way_when_a_device_is_lost_still_counts() -> None:
    story = talk()
    story.fires(TimerName.RENEW)
    story.feed(DeviceLost(PHONE, story.now_ms))
    story.feed(Renewed(2))
    assert story.call.timers[TimerName.LEASE] == story.now_ms - RENEW_MS + 2 * MINUTE_MS
    assert TimerName.RENEW not in story.call.timers
