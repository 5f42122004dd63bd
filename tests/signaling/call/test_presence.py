"""Devices that are lost and come back, or do not."""

from __future__ import annotations

import pytest

from shared.messages.base import EndReason, Party
from shared.messages.from_client import Accept, Connected, HangUp, Offer
from shared.messages.to_client import CallSnapshot, PeerLost, PeerOffer, PeerResumed
from shared.settings import Settings
from signaling.call.effects import AnnounceStarted, Send
from signaling.call.inputs import (
    AcceptByInvite,
    Authorized,
    DeviceGone,
    DeviceLost,
    DeviceResumed,
    Renewed,
    StopCall,
)
from signaling.call.states import CallTimes, Device, Role, State, TimerName
from tests.signaling.call.story import (
    ALICE,
    BOB,
    CALL_ID,
    CALLER,
    LAPTOP,
    MINUTE_MS,
    PHONE,
    STRANGER,
    TABLET,
    TERMS,
    TIMES,
    Story,
    messages,
    story_in,
)

LOST = PeerLost(call_id=CALL_ID, resume_ms=20_000)
RESUMED = PeerResumed(call_id=CALL_ID)
PARTIES = [(CALLER, PHONE, TimerName.RESUME_CALLER), (PHONE, CALLER, TimerName.RESUME_CALLEE)]


def talk(*, ms: int) -> Story:
    story = story_in(State.ACTIVE)
    story.now_ms += ms
    return story


@pytest.mark.parametrize(("gone", "stays", "timer"), PARTIES)
def test_lost_and_back(gone: Device, stays: Device, timer: TimerName) -> None:
    """D8: the other side hears of both, the clock goes on."""
    story = talk(ms=10_000)
    assert messages(story.feed(DeviceLost(gone, story.now_ms - 9_000)), stays) == [LOST]
    assert messages(story.feed(DeviceResumed(gone), after_ms=19_999), stays) == [RESUMED]
    assert story.is_in(State.ACTIVE)
    assert timer not in story.call.timers
    story.says(stays, HangUp(call_id=CALL_ID))
    assert story.end() == (EndReason.HUNG_UP, 29_999)


@pytest.mark.parametrize(("gone", "stays", "timer"), PARTIES)
def test_lost_for_good(gone: Device, stays: Device, timer: TimerName) -> None:
    """D8: talk time stops where the device was last proven alive."""
    story = talk(ms=10_000)
    story.feed(DeviceLost(gone, story.now_ms - 9_000))
    story.fires(timer)
    assert story.end() == (EndReason.LOST, 1_000)
    assert story.now_ms - 1_000_000 == 10_000 + TIMES.resume_ms_max


def test_hanging_up_on_a_lost_device_costs_no_dead_line() -> None:
    story = talk(ms=10_000)
    story.feed(DeviceLost(CALLER, story.now_ms - 3_000))
    story.says(PHONE, HangUp(call_id=CALL_ID), after_ms=15_000)
    assert story.end() == (EndReason.HUNG_UP, 7_000)


def test_stopped_on_a_lost_device_costs_no_dead_line() -> None:
    story = talk(ms=10_000)
    story.feed(DeviceLost(CALLER, story.now_ms - 3_000))
    story.feed(StopCall(EndReason.SHUTDOWN), after_ms=15_000)
    assert story.end() == (EndReason.SHUTDOWN, 7_000)


def test_both_lost_counts_the_earlier_proof() -> None:
    story = talk(ms=10_000)
    story.feed(DeviceLost(CALLER, story.now_ms - 2_000))
    story.feed(DeviceLost(PHONE, story.now_ms - 5_000))
    story.fires(TimerName.RESUME_CALLER)
    assert story.end() == (EndReason.LOST, 5_000)


def test_both_lost_and_one_back_is_not_enough() -> None:
    story = talk(ms=10_000)
    for device in (CALLER, PHONE):
        story.feed(DeviceLost(device, story.now_ms))
    story.feed(DeviceResumed(PHONE), after_ms=1_000)
    assert story.is_in(State.RECONNECTING)
    story.feed(DeviceResumed(CALLER), after_ms=1_000)
    assert story.is_in(State.ACTIVE)


def test_repeated_loss_does_not_win_time() -> None:
    """Neither for the resume window nor for the proof of life."""
    story = talk(ms=10_000)
    story.feed(DeviceLost(CALLER, story.now_ms - 2_000))
    assert story.feed(DeviceLost(CALLER, story.now_ms + 4_000), after_ms=5_000) == []
    story.feed(DeviceGone(CALLER, story.now_ms))
    assert story.end() == (EndReason.LOST, 8_000)


def test_lease_over_while_lost() -> None:
    story = talk(ms=50_000)
    story.feed(DeviceLost(PHONE, story.now_ms - 1_000))
    story.fires(TimerName.LEASE)
    assert story.end() == (EndReason.LOST, 49_000)


def test_proof_from_before_the_start_is_no_talk() -> None:
    story = talk(ms=3_000)
    story.feed(DeviceLost(PHONE, story.now_ms - 5_000))
    story.feed(DeviceGone(PHONE, story.now_ms))
    assert story.end() == (EndReason.LOST, 0)


def test_gone_without_a_window() -> None:
    """A8: a device that was logged out ends the call at once, at its last proof of life."""
    story = talk(ms=10_000)
    story.feed(DeviceGone(PHONE, story.now_ms - 3_000))
    assert story.end() == (EndReason.LOST, 7_000)


def test_proof_beyond_the_paid_time_is_not_charged() -> None:
    story = talk(ms=MINUTE_MS + 5)
    story.feed(DeviceGone(PHONE, story.now_ms))
    assert story.end() == (EndReason.LOST, MINUTE_MS)


@pytest.mark.parametrize("state", [State.AUTHORIZING, State.RINGING])
def test_short_loss_of_the_caller_does_not_stop_the_ringing(state: State) -> None:
    story = story_in(state)
    assert messages(story.feed(DeviceLost(CALLER, story.now_ms)), PHONE) == []
    story.feed(DeviceResumed(CALLER), after_ms=1_000)
    assert story.is_in(state)
    assert TimerName.RESUME_CALLER not in story.call.timers


def test_caller_that_stays_away_has_cancelled() -> None:
    story = story_in(State.RINGING)
    story.feed(DeviceLost(CALLER, story.now_ms))
    story.fires(TimerName.RESUME_CALLER)
    assert story.end() == (EndReason.CANCELLED, 0)


def test_accept_while_the_caller_is_lost() -> None:
    """Whoever accepts is told at once, with the time that is left; talk time waits for the caller."""
    story = story_in(State.RINGING)
    story.feed(DeviceLost(CALLER, story.now_ms))
    effects = story.says(PHONE, Accept(call_id=CALL_ID), after_ms=5_000)
    assert messages(effects, PHONE)[-1] == PeerLost(call_id=CALL_ID, resume_ms=15_000)
    for device in (CALLER, PHONE):
        story.says(device, Connected(call_id=CALL_ID))
    assert story.is_in(State.CONNECTING)
    effects = story.feed(DeviceResumed(CALLER))
    assert AnnounceStarted() in effects
    assert story.is_in(State.ACTIVE)


def test_glare_device_lost_ahead_of_the_authorization() -> None:
    story = story_in(State.AUTHORIZING)
    story.feed(AcceptByInvite(LAPTOP.device_id))
    assert messages(story.feed(DeviceLost(LAPTOP, story.now_ms)), CALLER) == []
    assert messages(story.feed(Authorized(TERMS)), CALLER)[-1] == LOST


def test_ringing_device_that_blinks_goes_on_ringing() -> None:
    story = story_in(State.RINGING)
    assert story.feed(DeviceLost(TABLET, story.now_ms)) == []
    assert story.feed(DeviceResumed(TABLET)) == []
    story.says(TABLET, Accept(call_id=CALL_ID))
    assert story.call.callee == TABLET


def test_what_is_said_to_a_lost_device_is_kept_for_it() -> None:
    """D8: with everything it missed; the connection layer decides whether it can."""
    story = story_in(State.RECONNECTING)
    offer = PeerOffer(call_id=CALL_ID, from_account_id=BOB.account_id, sdp="ice restart")
    assert story.says(PHONE, Offer(call_id=CALL_ID, sdp="ice restart")) == [Send(CALLER, offer)]


@pytest.mark.parametrize("state", [State.CONNECTING, State.ACTIVE, State.RECONNECTING])
def test_losing_device_is_nobodys_matter(state: State) -> None:
    """Another device of the callee comes and goes without touching the call."""
    story = story_in(state)
    for given in (
        DeviceLost(TABLET, story.now_ms),
        DeviceResumed(TABLET),
        DeviceGone(TABLET, story.now_ms),
    ):
        assert story.feed(given) == []


def snapshot(*, state: State, role: Role, other: Party, talk_ms: int = 0, paid_ms: int = 0) -> CallSnapshot:
    return CallSnapshot(
        call_id=CALL_ID,
        state=state,
        role=role,
        other=other,
        price_minor=10,
        currency="EUR",
        minute_ms=60_000,
        talk_ms=talk_ms,
        paid_ms=paid_ms,
    )


def test_snapshots_of_a_talk() -> None:
    """D8: what a device needs that has missed too much."""
    story = talk(ms=61_000)
    story.feed(Renewed(2))
    call, now_ms = story.call, story.now_ms
    of_caller = snapshot(state=State.ACTIVE, role=Role.CALLER, other=BOB, talk_ms=61_000, paid_ms=120_000)
    of_callee = snapshot(state=State.ACTIVE, role=Role.CALLEE, other=ALICE, talk_ms=61_000, paid_ms=120_000)
    assert call.snapshot(CALLER, now_ms) == of_caller
    assert call.snapshot(PHONE, now_ms) == of_callee
    assert call.snapshot(TABLET, now_ms) is None


@pytest.mark.parametrize(("lost", "other"), [(CALLER, PHONE), (PHONE, CALLER)])
def test_the_loss_that_a_snapshot_ends_is_not_in_it(lost: Device, other: Device) -> None:
    """D8: whoever is told how the call stands is back; for the others, talk time stands until the news of that."""
    story = talk(ms=10_000)
    story.feed(DeviceLost(lost, story.now_ms - 9_000))
    told = {device: story.call.snapshot(device, story.now_ms) for device in (lost, other)}
    assert {device: (each.state, each.talk_ms) for device, each in told.items() if each} == {
        lost: (State.ACTIVE, 10_000),
        other: (State.RECONNECTING, 1_000),
    }


def test_a_snapshot_tells_of_the_other_ones_loss() -> None:
    story = talk(ms=10_000)
    for device, silent_ms in ((CALLER, 2_000), (PHONE, 5_000)):
        story.feed(DeviceLost(device, story.now_ms - silent_ms))
    told = story.call.snapshot(CALLER, story.now_ms)
    assert told
    assert (told.state, told.talk_ms) == (State.RECONNECTING, 5_000)


def test_snapshots_while_ringing() -> None:
    story = story_in(State.RINGING)
    assert story.call.snapshot(CALLER, story.now_ms) == snapshot(state=State.RINGING, role=Role.CALLER, other=BOB)
    assert story.call.snapshot(TABLET, story.now_ms) == snapshot(state=State.RINGING, role=Role.CALLEE, other=ALICE)
    assert story.call.snapshot(STRANGER, story.now_ms) is None


@pytest.mark.parametrize("state", [State.AUTHORIZING, State.ENDED])
def test_no_snapshot_where_there_is_nothing_to_go_on_with(state: State) -> None:
    story = story_in(state)
    assert story.call.snapshot(CALLER, story.now_ms) is None


def test_times_come_from_the_settings() -> None:
    times = CallTimes.of(Settings())
    assert (times.ring_ms_max, times.minute_ms, times.call_ms_max) == (45_000, 60_000, 4 * 3_600_000)
