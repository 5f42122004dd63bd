"""C10, the machine's half: every end reason from every state it can come from."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from shared.messages.base import EndReason, RefusalReason
from shared.messages.from_client import Cancel, ConnectFailed, Decline, HangUp
from shared.messages.to_client import CallOver, CallRefused
from signaling.call.effects import AnnounceEnded, Finished, Send
from signaling.call.inputs import (
    AcceptByInvite,
    AuthorizeFailed,
    CalleeDevices,
    DeviceGone,
    FromDevice,
    Input,
    LetGo,
    Merged,
    Refused,
    RenewalRefused,
    Renewed,
    StopCall,
    TimerFired,
)
from signaling.call.states import Device, State, TimerName
from tests.signaling.call.story import (
    CALL_ID,
    CALLER,
    LAPTOP,
    MINUTE_MS,
    PHONE,
    START_MS,
    TABLET,
    TIMES,
    Story,
    overs,
    story_in,
)
from tests.signaling.call.test_table import INPUTS

A, R, C, T, X = State.AUTHORIZING, State.RINGING, State.CONNECTING, State.ACTIVE, State.RECONNECTING
LIVE = (A, R, C, T, X)
UNAVAILABLE = RefusalReason.BILLING_UNAVAILABLE
UNREACHABLE = RefusalReason.UNREACHABLE
"""Told later: see test_unreachable.py."""

Ending = Callable[[Story], object]


def says(device: Device, said: Cancel | Decline | HangUp | ConnectFailed) -> Ending:
    return lambda story: story.feed(FromDevice(device, said))


def gets(*inputs: Input) -> Ending:
    return lambda story: [story.feed(given) for given in inputs]


def fires(name: TimerName) -> Ending:
    return lambda story: story.fires(name)


def runs_out_of_money(story: Story) -> None:
    story.feed(RenewalRefused(minute=2, reason="insufficient_funds", shortfall_minor=5))
    story.fires(TimerName.LEASE)


def comes_to_the_spend_limit(story: Story) -> None:
    story.feed(RenewalRefused(minute=2, reason="spend_limit", spend_limit="call"))
    story.fires(TimerName.LEASE)


def lasts_as_long_as_a_call_may(story: Story) -> None:
    story.feed(Renewed(TIMES.call_ms_max // MINUTE_MS))
    story.fires(TimerName.LEASE)


ENDINGS: dict[EndReason, list[tuple[tuple[State, ...], Ending]]] = {
    EndReason.HUNG_UP: [
        ((C, T, X), says(CALLER, HangUp(call_id=CALL_ID))),
        ((C, T, X), says(PHONE, HangUp(call_id=CALL_ID))),
        ((T, X), says(CALLER, Cancel(call_id=CALL_ID))),
    ],
    EndReason.CANCELLED: [
        ((A, R, C), says(CALLER, Cancel(call_id=CALL_ID))),
        ((A, R), says(CALLER, HangUp(call_id=CALL_ID))),
        ((A, R), gets(DeviceGone(CALLER, START_MS))),
    ],
    EndReason.DECLINED: [
        ((R,), says(PHONE, Decline(call_id=CALL_ID))),
        ((R,), says(TABLET, HangUp(call_id=CALL_ID))),
        ((A,), gets(AcceptByInvite(LAPTOP.device_id), FromDevice(LAPTOP, Decline(call_id=CALL_ID)))),
        ((A,), gets(AcceptByInvite(LAPTOP.device_id), DeviceGone(LAPTOP, START_MS))),
    ],
    EndReason.MISSED: [((R,), fires(TimerName.RING))],
    EndReason.UNREACHABLE: [],
    EndReason.CONNECT_FAILED: [
        ((C,), fires(TimerName.CONNECT)),
        ((C,), says(CALLER, ConnectFailed(call_id=CALL_ID))),
        ((C,), says(PHONE, ConnectFailed(call_id=CALL_ID))),
    ],
    EndReason.OUT_OF_FUNDS: [((T,), runs_out_of_money)],
    EndReason.SPEND_LIMIT: [((T,), comes_to_the_spend_limit)],
    EndReason.LOST: [
        ((X,), fires(TimerName.RESUME_CALLER)),
        ((X,), fires(TimerName.LEASE)),
        ((X,), runs_out_of_money),
        ((C, T, X), gets(DeviceGone(CALLER, START_MS))),
        ((C, T, X), gets(DeviceGone(PHONE, START_MS))),
    ],
    EndReason.MAX_DURATION: [((T, X), lasts_as_long_as_a_call_may)],
    EndReason.BLOCKED: [
        (LIVE, gets(StopCall(EndReason.BLOCKED))),
        ((T, X), gets(RenewalRefused(minute=2, reason="blocked"))),
    ],
    EndReason.OPERATOR: [
        (LIVE, gets(StopCall(EndReason.OPERATOR))),
        ((T, X), gets(RenewalRefused(minute=2, reason="operator"))),
    ],
    EndReason.SHUTDOWN: [(LIVE, gets(StopCall(EndReason.SHUTDOWN)))],
    EndReason.BILLING_UNAVAILABLE: [
        ((T,), fires(TimerName.LEASE)),
        ((T, X), gets(RenewalRefused(minute=2, reason="call_settled"))),
        ((T, X), gets(RenewalRefused(minute=2, reason="unknown_call"))),
    ],
}
"""`unreachable` and a refusal by billing come before there is anybody to tell but the caller: see below."""

CASES = [
    pytest.param(reason, state, ending, id=f"{reason.value}-from-{state.value}-{number}")
    for reason, endings in ENDINGS.items()
    for number, (states, ending) in enumerate(endings)
    for state in states
]


def test_every_reason_has_an_ending() -> None:
    """`busy` is what billing says before anything rings: a refusal, never an end of this machine's."""
    assert set(ENDINGS) == set(EndReason) - {EndReason.BUSY}


@pytest.mark.parametrize(("reason", "state", "ending"), CASES)
def test_the_end_is_told_once_and_leaves_nothing(reason: EndReason, state: State, ending: Ending) -> None:
    """C10, D5: announced once, told once to each device that takes part, no timer left."""
    story = story_in(state)
    ending(story)
    assert_over(story, reason)
    for device in parties(story, state):
        assert overs(story, device) == [reason]


@pytest.mark.parametrize(("reason", "state", "ending"), CASES)
def test_nothing_happens_after_the_end(reason: EndReason, state: State, ending: Ending) -> None:
    story = story_in(state)
    ending(story)
    for given in INPUTS.values():
        story.feed(given, after_ms=1)
    assert story.announced() == [story.effects[announcement_at(story)]]
    assert sum(isinstance(effect, Finished) for effect in story.effects) == 1
    for device in parties(story, state):
        assert overs(story, device) == [reason]


def test_nobody_there() -> None:
    """D4: an offline callee is an end of its own, without anything having rung."""
    story = story_in(State.AUTHORIZING)
    story.feed(INPUTS["authorized"])
    story.feed(CalleeDevices(()))
    assert_over(story, EndReason.UNREACHABLE)
    assert overs(story, CALLER) == [EndReason.UNREACHABLE]


@pytest.mark.parametrize("reason", [reason for reason in RefusalReason if reason not in {UNAVAILABLE, UNREACHABLE}])
def test_refusal_holds_nothing_and_announces_nothing(reason: RefusalReason) -> None:
    """C5: nothing rings, and the invite is answered with price and shortfall."""
    story = story_in(State.AUTHORIZING)
    facts: dict[str, Any] = {"price_minor": 10, "shortfall_minor": 1, "currency": "EUR", "retry_after_ms": 7}
    story.feed(Refused(reason=reason, **facts))
    assert story.heard(CALLER)[-1] == CallRefused(call_id=CALL_ID, reason=reason, ref="ring-bob", **facts)
    assert_silent_end(story)


@pytest.mark.parametrize(
    "ending", [gets(AuthorizeFailed()), gets(Refused(reason=UNAVAILABLE)), fires(TimerName.AUTHORIZE)]
)
def test_no_reply_from_billing_is_refused_and_announced(ending: Ending) -> None:
    """C1: whatever billing may have held in the meantime is released by the announcement."""
    story = story_in(State.AUTHORIZING)
    ending(story)
    assert story.heard(CALLER)[-1] == CallRefused(
        call_id=CALL_ID, reason=RefusalReason.BILLING_UNAVAILABLE, ref="ring-bob"
    )
    assert_over(story, EndReason.BILLING_UNAVAILABLE)
    assert overs(story, CALLER) == []


def test_merged_call_ends_without_a_word() -> None:
    """D10: its device is told of the other call only."""
    story = story_in(State.AUTHORIZING)
    told = story.heard(CALLER)
    story.feed(Merged())
    assert story.heard(CALLER) == told
    assert_silent_end(story)


@pytest.mark.parametrize("state", [state for state in State if state is not State.ENDED])
def test_a_call_that_is_let_go_ends_without_a_word(state: State) -> None:
    """D12: another node owns it now; what this one would say to devices or to billing is no longer true."""
    story = story_in(state)
    told = len(story.effects)
    story.feed(LetGo())
    assert_silent_end(story)
    assert not any(isinstance(effect, Send | AnnounceEnded) for effect in story.effects[told:])


@pytest.mark.parametrize(
    ("failure", "reason"),
    [
        (Refused(reason=RefusalReason.BLOCKED), EndReason.UNREACHABLE),
        (AuthorizeFailed(), EndReason.BILLING_UNAVAILABLE),
        (TimerFired(TimerName.AUTHORIZE), EndReason.BILLING_UNAVAILABLE),
        (FromDevice(CALLER, Cancel(call_id=CALL_ID)), EndReason.CANCELLED),
    ],
)
def test_a_device_that_accepted_too_early_is_not_left_waiting(failure: Input, reason: EndReason) -> None:
    """D10: the accept of a glare may come before the authorization, which may then fail."""
    story = story_in(State.AUTHORIZING)
    story.feed(AcceptByInvite(LAPTOP.device_id))
    story.feed(failure, after_ms=TIMES.authorize_ms_max)
    assert story.heard(LAPTOP) == [CallOver(call_id=CALL_ID, reason=reason, talk_ms=0)]


def parties(story: Story, state: State) -> list[Device]:
    """Return whoever took part in the state that the call ended from."""
    if state is State.AUTHORIZING:
        return [CALLER]
    return [CALLER, PHONE, TABLET] if state is State.RINGING else [CALLER, PHONE]


def announcement_at(story: Story) -> int:
    return next(at for at, effect in enumerate(story.effects) if isinstance(effect, AnnounceEnded))


def assert_over(story: Story, reason: EndReason) -> None:
    assert story.end()[0] is reason
    assert announcement_at(story) < min(
        (at for at, effect in enumerate(story.effects) if is_over(effect)), default=len(story.effects)
    ), "billing is told before anybody else"
    assert story.call.state is State.ENDED
    assert story.call.timers == {}
    assert isinstance(story.effects[-1], Finished)


def assert_silent_end(story: Story) -> None:
    assert story.announced() == []
    assert story.call.state is State.ENDED
    assert story.call.timers == {}
    assert isinstance(story.effects[-1], Finished)


def is_over(effect: object) -> bool:
    return isinstance(effect, Send) and isinstance(effect.message, CallOver)
