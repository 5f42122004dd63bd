"""Any inputs, at any times, in any order: late, early, repeated, lost and crossing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from hypothesis import given, settings
from hypothesis import strategies as st

from shared.messages.base import EndReason
from shared.messages.from_client import Accept, Connected, HangUp
from signaling.call.effects import Effect
from signaling.call.inputs import (
    Authorized,
    CalleeDevices,
    DeviceGone,
    DeviceLost,
    DeviceResumed,
    FromDevice,
    Input,
    RenewalFailed,
    RenewalRefused,
    Renewed,
    TimerFired,
)
from signaling.call.states import Device, State, Terms, TimerName
from tests.signaling.call.model import Observer
from tests.signaling.call.story import (
    CALL_ID,
    CALLER,
    LAPTOP,
    MINUTE_MS,
    PHONE,
    TABLET,
    TERMS,
    TIMES,
    Story,
    story_in,
    terms_with,
)
from tests.signaling.call.test_table import INPUTS

TO_TALK: list[Input | None] = [
    Authorized(TERMS),
    CalleeDevices((PHONE.device_id, TABLET.device_id)),
    FromDevice(PHONE, Accept(call_id=CALL_ID)),
    FromDevice(CALLER, Connected(call_id=CALL_ID)),
    FromDevice(PHONE, Connected(call_id=CALL_ID)),
]
ENDINGS = {"hang up", "cancel", "decline", "gone", "stopped", "settled", "unknown", "failed"}


@dataclass(frozen=True)
class Move:
    """Wait, then feed an input; or, without one, let the next timer that is due fire so much later."""

    given: Input | None
    wait_ms: int
    proof_age_ms: int


MINUTES: list[Input | None] = [Renewed(minute) for minute in range(1, 14)]
ANSWERS: list[Input | None] = [
    RenewalRefused(minute=3, reason="insufficient_funds", shortfall_minor=1),
    RenewalRefused(minute=3, reason="spend_limit", spend_limit="call"),
    RenewalFailed(3),
]
LIVELY: list[Input | None] = [given for name, given in INPUTS.items() if not any(word in name for word in ENDINGS)]
"""What does not end a call at once, so that most stories are long."""
PRESENCE: list[Input | None] = [
    *(DeviceLost(device, 0) for device in (CALLER, PHONE, TABLET)),
    *(DeviceResumed(device) for device in (CALLER, PHONE)),
]

ALL_KINDS: list[list[Input | None]] = [
    [None],
    PRESENCE,
    PRESENCE,
    MINUTES,
    ANSWERS,
    LIVELY,
    TO_TALK,
    [*INPUTS.values()],
]
inputs = st.sampled_from(ALL_KINDS).flatmap(st.sampled_from)
waits = st.one_of(st.just(0), st.integers(0, 50), st.sampled_from([2_999, 15_000, 20_000, 45_000, MINUTE_MS]))
moves = st.builds(Move, inputs, waits, st.integers(-2_000, 15_000))
starts = st.sampled_from([0, 1, 2, 3, 3, 4, *[len(TO_TALK)] * 5])
stories = st.tuples(starts, st.lists(moves, max_size=10) | st.lists(moves, min_size=10, max_size=30))
"""How far the call goes undisturbed, and what happens then."""
terms = st.builds(
    terms_with,
    free_ms=st.sampled_from([0, 0, 1, 10_000, 90_000]),
    grace_ms=st.sampled_from([0, 5_000]),
    talk_ms_max=st.sampled_from([None, None, 1, 30_000, 100_000, 20 * MINUTE_MS]),
)


def play(told: tuple[int, Sequence[Move]], terms: Terms) -> list[Effect]:
    """Play a story of a call of these terms under the observer's eyes; return all effects."""
    undisturbed, then = told
    story, observer = Story(), Observer(TIMES, terms)
    observer.watch(None, story.effects, story.now_ms)
    for happening in [*(Move(usual, 1, 0) for usual in TO_TALK[:undisturbed]), *then]:
        if isinstance(happening.given, Authorized):
            happening = replace(happening, given=Authorized(terms))
        make(happening, story, observer)
    fire_until_over(story, observer)
    return story.effects


def make(move: Move, story: Story, observer: Observer) -> None:
    happening = move.given
    if happening is None:
        happening = next_timer(observer)
        story.now_ms = max(story.now_ms, observer.timers.get(happening.name, 0))
    elif isinstance(happening, DeviceLost | DeviceGone):
        proof_ms = story.now_ms + move.wait_ms - move.proof_age_ms
        happening = type(happening)(happening.device, proof_ms)
    effects = story.feed(happening, after_ms=move.wait_ms)
    observer.watch(happening, effects, story.now_ms)
    assert story.call.timers == observer.timers


def next_timer(observer: Observer) -> TimerFired:
    due = min(observer.timers, key=lambda name: observer.timers[name], default=TimerName.LEASE)
    return TimerFired(due)


def fire_until_over(story: Story, observer: Observer) -> None:
    """Left alone, with nobody answering any more, a call ends by itself and soon."""
    for _ in range(20):
        if observer.finished:
            break
        make(Move(None, 0, 0), story, observer)
    assert observer.finished
    assert story.call.state is State.ENDED


@settings(max_examples=200, deadline=None)
@given(stories, terms)
def test_whatever_happens(told: tuple[int, Sequence[Move]], terms: Terms) -> None:
    """D5, D8, C10, C11: the observer finds nothing to object to."""
    play(told, terms)


@settings(max_examples=100, deadline=None)
@given(stories, terms)
def test_same_inputs_same_effects(told: tuple[int, Sequence[Move]], terms: Terms) -> None:
    """No clock, no chance: a call can be told again from its inputs."""
    assert play(told, terms) == play(told, terms)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.integers(1, 9), min_size=1, max_size=12))
def test_renewals_in_any_order(minutes: list[int]) -> None:
    """C9: late and repeated replies; the highest minute counts."""
    story = story_in(State.ACTIVE)
    for minute in minutes:
        story.feed(Renewed(minute))
    story.fires(TimerName.LEASE)
    assert story.end() == (EndReason.BILLING_UNAVAILABLE, max(minutes) * MINUTE_MS)


@settings(max_examples=100, deadline=None)
@given(
    talk_ms=st.integers(0, 3 * MINUTE_MS),
    silent_ms=st.integers(0, 9_000),
    away_ms=st.integers(0, 20_000),
    device=st.sampled_from([CALLER, PHONE]),
)
def test_nobody_pays_for_a_dead_line(talk_ms: int, silent_ms: int, away_ms: int, device: Device) -> None:
    """C11: whatever the other side does meanwhile."""
    story = story_in(State.ACTIVE)
    stays = PHONE if device == CALLER else CALLER
    story.feed(Renewed(4))
    story.feed(DeviceLost(device, story.now_ms + talk_ms), after_ms=talk_ms + silent_ms)
    story.says(stays, HangUp(call_id=CALL_ID), after_ms=away_ms)
    assert story.end() == (EndReason.HUNG_UP, talk_ms)


@settings(max_examples=100, deadline=None)
@given(st.permutations([PHONE, TABLET, LAPTOP]), st.lists(st.integers(0, 50), min_size=3, max_size=3))
def test_one_of_many_accepts_wins(order: Sequence[Device], waits_ms: list[int]) -> None:
    """D9: the first one, whichever it is."""
    story = story_in(State.RINGING)
    story.feed(CalleeDevices((LAPTOP.device_id,)))
    for device, wait_ms in zip(order, waits_ms, strict=True):
        story.says(device, Accept(call_id=CALL_ID), after_ms=wait_ms)
    assert story.call.callee == order[0]
