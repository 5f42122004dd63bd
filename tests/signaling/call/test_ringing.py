"""From the invite to the talk: who hears what, and when."""

from __future__ import annotations

from itertools import permutations
from uuid import UUID

import pytest

from shared.messages.base import EndReason
from shared.messages.from_client import (
    Accept,
    Answer,
    Cancel,
    Candidate,
    Connected,
    Decline,
    HangUp,
    IceCandidate,
    Offer,
)
from shared.messages.to_client import (
    CallAccepted,
    CallActive,
    CallAnsweredElsewhere,
    CallAuthorizing,
    CallIncoming,
    CallOver,
    CallRinging,
    PeerAnswer,
    PeerCandidate,
    PeerOffer,
    ToClient,
)
from signaling.call.effects import AnnounceStarted, AskAuthorize, FindDevices, Send
from signaling.call.inputs import AcceptByInvite, Authorized, CalleeDevices, DeviceGone, FromDevice, Input
from signaling.call.ringing import RINGING_DEVICES_MAX
from signaling.call.states import Device, Role, State, TimerName
from tests.signaling.call.story import (
    ALICE,
    BOB,
    CALL_ID,
    CALLER,
    LAPTOP,
    MINUTE_MS,
    PHONE,
    TABLET,
    TERMS,
    TIMES,
    Story,
    messages,
    overs,
    story_in,
)

ACCEPT = Accept(call_id=CALL_ID)
RINGING = CallRinging(
    call_id=CALL_ID, callee=BOB, price_minor=10, currency="EUR", minute_ms=MINUTE_MS, ring_ms=45_000
)
INCOMING = CallIncoming(call_id=CALL_ID, caller=ALICE, ring_ms=45_000)
ACCEPTED = CallAccepted(call_id=CALL_ID, connect_ms=20_000)
ELSEWHERE = CallAnsweredElsewhere(call_id=CALL_ID)


def over(reason: EndReason) -> CallOver:
    return CallOver(call_id=CALL_ID, reason=reason, talk_ms=0)


def test_invite_asks_billing_and_rings_nobody() -> None:
    """C5: nothing rings before billing has agreed."""
    story = Story()
    assert story.effects[:2] == [
        Send(CALLER, CallAuthorizing(call_id=CALL_ID, ref="ring-bob")),
        AskAuthorize(callee_id=BOB.account_id, callee_user_name=None),
    ]
    assert story.feed(CalleeDevices((PHONE.device_id,))) == []


def test_authorized_call_rings_on_every_device() -> None:
    """D9: all ring; the caller hears of the first only."""
    story = Story()
    assert FindDevices(BOB.account_id) in story.feed(Authorized(TERMS))
    story.feed(CalleeDevices((PHONE.device_id, TABLET.device_id)))
    story.feed(CalleeDevices((PHONE.device_id, LAPTOP.device_id)), after_ms=5_000)
    assert story.heard(PHONE) == story.heard(TABLET) == [INCOMING]
    assert story.heard(LAPTOP) == [CallIncoming(call_id=CALL_ID, caller=ALICE, ring_ms=40_000)]
    assert story.heard(CALLER)[1:] == [RINGING]


def test_first_accept_wins() -> None:
    """D9: one wins, the others stop."""
    story = story_in(State.RINGING)
    story.says(TABLET, ACCEPT)
    story.says(PHONE, ACCEPT)
    assert story.heard(TABLET) == [INCOMING, ACCEPTED]
    assert story.heard(PHONE) == [INCOMING, ELSEWHERE]
    assert story.heard(CALLER)[1:] == [RINGING, ACCEPTED]


def test_both_connected_starts_the_clock_once() -> None:
    story = story_in(State.CONNECTING)
    assert story.says(CALLER, Connected(call_id=CALL_ID)) == []
    assert story.says(CALLER, Connected(call_id=CALL_ID)) == []
    effects = story.says(PHONE, Connected(call_id=CALL_ID))
    active = CallActive(call_id=CALL_ID, price_minor=10, currency="EUR", minute_ms=MINUTE_MS, paid_ms=MINUTE_MS)
    assert effects.count(AnnounceStarted()) == 1
    assert messages(effects, CALLER) == messages(effects, PHONE) == [active]
    assert set(story.call.timers) == {TimerName.LEASE, TimerName.RENEW, TimerName.TICKET}


ICE = IceCandidate("candidate:1 1 udp 1 192.0.2.1 1 typ host", sdpMid="0")


@pytest.mark.parametrize(
    ("said", "forwarded"),
    [
        (Offer(call_id=CALL_ID, sdp="o"), PeerOffer(call_id=CALL_ID, from_account_id=ALICE.account_id, sdp="o")),
        (Answer(call_id=CALL_ID, sdp="a"), PeerAnswer(call_id=CALL_ID, from_account_id=ALICE.account_id, sdp="a")),
        (
            Candidate(call_id=CALL_ID, candidate=ICE),
            PeerCandidate(call_id=CALL_ID, from_account_id=ALICE.account_id, candidate=ICE),
        ),
    ],
)
@pytest.mark.parametrize("state", [State.CONNECTING, State.ACTIVE, State.RECONNECTING])
def test_descriptions_reach_only_the_other_party(
    said: Offer | Answer | Candidate, forwarded: ToClient, state: State
) -> None:
    """D6: with the sender's account set by us."""
    assert story_in(state).says(CALLER, said) == [Send(PHONE, forwarded)]
    [back] = story_in(state).says(PHONE, said)
    assert isinstance(back, Send)
    assert back.device == CALLER
    assert isinstance(back.message, PeerOffer | PeerAnswer | PeerCandidate)
    assert back.message.from_account_id == BOB.account_id


def test_glare_accept_of_a_ringing_call() -> None:
    """D10: the device that invites at the same time hears who calls, then that it has accepted."""
    story = story_in(State.RINGING)
    story.feed(AcceptByInvite(LAPTOP.device_id))
    assert story.heard(LAPTOP) == [INCOMING, ACCEPTED]
    assert story.heard(PHONE) == story.heard(TABLET) == [INCOMING, ELSEWHERE]


def test_glare_accept_on_a_device_that_rings() -> None:
    """D10: it has heard of the call before."""
    story = story_in(State.RINGING)
    story.feed(AcceptByInvite(PHONE.device_id))
    assert story.heard(PHONE) == [INCOMING, ACCEPTED]


def test_glare_accept_ahead_of_the_authorization() -> None:
    """D10: remembered, and the other devices never ring."""
    story = Story()
    assert story.feed(AcceptByInvite(LAPTOP.device_id)) == []
    story.feed(AcceptByInvite(PHONE.device_id))
    effects = story.feed(Authorized(TERMS))
    assert story.call.state is State.CONNECTING
    assert story.heard(LAPTOP) == [INCOMING, ACCEPTED]
    assert messages(effects, CALLER) == [RINGING, ACCEPTED]
    assert FindDevices(BOB.account_id) not in effects
    assert set(story.call.timers) == {TimerName.CONNECT}


def test_a_device_that_left_for_good_hears_nothing_more_and_the_call_rings_on() -> None:
    story = story_in(State.RINGING)
    story.feed(DeviceGone(PHONE, story.now_ms))
    story.feed(DeviceGone(TABLET, story.now_ms))
    story.feed(CalleeDevices(()))
    assert story.call.state is State.RINGING
    story.feed(CalleeDevices((PHONE.device_id,)), after_ms=1_000)
    story.says(PHONE, ACCEPT)
    assert story.heard(TABLET) == [INCOMING]
    assert story.heard(PHONE)[-1] == ACCEPTED


def test_ringing_devices_are_bounded() -> None:
    story = story_in(State.RINGING)
    story.feed(CalleeDevices(tuple(UUID(int=1_000 + n) for n in range(100))))
    story.feed(CalleeDevices((LAPTOP.device_id,)))
    assert len(story.call.ringing) == RINGING_DEVICES_MAX
    assert story.heard(LAPTOP) == []


RACES: dict[str, list[tuple[Device, Accept | Decline | Cancel | HangUp]]] = {
    "cancel and accept": [(CALLER, Cancel(call_id=CALL_ID)), (PHONE, ACCEPT)],
    "hang up and accept": [(CALLER, HangUp(call_id=CALL_ID)), (PHONE, ACCEPT)],
    "cancel and decline": [(CALLER, Cancel(call_id=CALL_ID)), (PHONE, Decline(call_id=CALL_ID))],
    "accept and decline": [(PHONE, ACCEPT), (TABLET, Decline(call_id=CALL_ID))],
    "two accepts": [(PHONE, ACCEPT), (TABLET, ACCEPT)],
    "two accepts and a cancel": [(PHONE, ACCEPT), (TABLET, ACCEPT), (CALLER, Cancel(call_id=CALL_ID))],
    "two declines": [(PHONE, Decline(call_id=CALL_ID)), (TABLET, Decline(call_id=CALL_ID))],
}
ORDERS = [(name, order) for name, race in RACES.items() for order in permutations(race)]


@pytest.mark.parametrize(("name", "order"), ORDERS)
def test_races_while_ringing(
    name: str, order: tuple[tuple[Device, Accept | Decline | Cancel | HangUp], ...]
) -> None:
    """D5, D8: in every order both sides agree: one call with one winner, or one end with one reason."""
    story = story_in(State.RINGING)
    for device, said in order:
        story.says(device, said, after_ms=1)
    winners = [device for device in (PHONE, TABLET) if ACCEPTED in story.heard(device)]
    assert (ACCEPTED in story.heard(CALLER)) == bool(winners)
    assert len(winners) <= 1
    assert all(ELSEWHERE in story.heard(device) for device in {PHONE, TABLET} - set(winners) if winners)
    if story.call.state is State.ENDED:
        told = [CALLER, *(winners or [PHONE, TABLET])]
        assert {tuple(overs(story, device)) for device in told} == {(story.end()[0],)}
    else:
        assert winners
        assert story.announced() == []


@pytest.mark.parametrize("order", list(permutations([CALLER, PHONE])))
def test_both_hang_up(order: tuple[Device, ...]) -> None:
    """D5: one end."""
    story = story_in(State.ACTIVE)
    for device in order:
        story.says(device, HangUp(call_id=CALL_ID), after_ms=1)
    assert story.end() == (EndReason.HUNG_UP, 1)
    assert overs(story, CALLER) == overs(story, PHONE) == [EndReason.HUNG_UP]


@pytest.mark.parametrize("order", list(permutations([CALLER, PHONE])))
def test_cancel_that_crosses_the_start(order: tuple[Device, ...]) -> None:
    """D8: it ends the call, before or after talk time began."""
    inputs: list[Input] = [FromDevice(device, Connected(call_id=CALL_ID)) for device in order]
    for at, reason in enumerate([EndReason.CANCELLED, EndReason.CANCELLED, EndReason.HUNG_UP]):
        story = story_in(State.CONNECTING)
        for given in [*inputs[:at], FromDevice(CALLER, Cancel(call_id=CALL_ID)), *inputs[at:]]:
            story.feed(given)
        assert story.end() == (reason, 0)


def test_before_the_accept_nothing_of_the_callee_reaches_the_caller() -> None:
    story = story_in(State.RINGING)
    for said in (
        Offer(call_id=CALL_ID, sdp="o"),
        Candidate(call_id=CALL_ID, candidate=ICE),
        Connected(call_id=CALL_ID),
    ):
        assert messages(story.says(PHONE, said), CALLER) == []
    assert messages(story.feed(DeviceGone(PHONE, story.now_ms)), CALLER) == []


def test_role_of_a_device_is_part_of_who_it_is() -> None:
    """A device id of one side does not speak for the other."""
    story = story_in(State.RINGING)
    story.says(Device(Role.CALLER, PHONE.device_id), Cancel(call_id=CALL_ID))
    story.says(Device(Role.CALLEE, CALLER.device_id), ACCEPT)
    assert story.call.state is State.RINGING


def test_timeouts_are_those_of_the_settings() -> None:
    assert story_in(State.AUTHORIZING).call.timers == {
        TimerName.AUTHORIZE: 1_000_000 + TIMES.authorize_ms_max,
        TimerName.UNREACHABLE: 1_000_000 + TIMES.unreachable_answer_ms,
    }
    assert story_in(State.RINGING).call.timers == {TimerName.RING: 1_000_000 + TIMES.ring_ms_max}
    assert story_in(State.CONNECTING).call.timers == {TimerName.CONNECT: 1_000_000 + TIMES.connect_ms_max}
