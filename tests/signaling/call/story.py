"""A call and the people in it, to be told as stories."""

from __future__ import annotations

from uuid import UUID

from msgspec.structs import replace

from shared.messages.base import CallTerms, EndReason, Party
from shared.messages.from_client import Accept, CallStep, Connected, HangUp, Invite
from shared.messages.nodes import CallState, DevicePlace
from shared.messages.to_client import CallOver, ToClient
from signaling.call.effects import AnnounceEnded, Effect, Send
from signaling.call.inputs import Authorized, CalleeDevices, DeviceLost, FromDevice, Input, TimerFired
from signaling.call.machine import place, step
from signaling.call.states import CallTimes, Device, Role, State, Terms, TimerName
from tests.harness.clock import START

CALL_ID = UUID(int=1)
OTHER_CALL_ID = UUID(int=2)
ALICE = Party(account_id=UUID(int=10), user_name="alice")
BOB = Party(account_id=UUID(int=20), user_name="bob")
CALLER = Device(Role.CALLER, UUID(int=11))
PHONE = Device(Role.CALLEE, UUID(int=21))
TABLET = Device(Role.CALLEE, UUID(int=22))
LAPTOP = Device(Role.CALLEE, UUID(int=23))
STRANGER = Device(Role.CALLEE, UUID(int=99))
CHARGING = CallTerms(minute_ms=60_000, authorized_at=START)
TERMS = Terms(caller=ALICE, callee=BOB, price_minor=10, currency="EUR", charging=CHARGING)


def terms_with(*, free_ms: int = 0, grace_ms: int = 0, talk_ms_max: int | None = None) -> Terms:
    """Return the usual terms but for these."""
    charging = replace(CHARGING, free_ms=free_ms, grace_ms=grace_ms)
    return replace(TERMS, charging=charging, talk_ms_max=talk_ms_max)


MINUTE_MS = 60_000
TIMES = CallTimes(
    authorize_ms_max=3_000,
    unreachable_answer_ms=500,
    ring_ms_max=45_000,
    connect_ms_max=20_000,
    resume_ms_max=20_000,
    call_ms_max=10 * MINUTE_MS,
    minute_ms=MINUTE_MS,
    renew_lead_ms=15_000,
    ticket_ms=40_000,
)
START_MS = 1_000_000

STATE_IN_TICKET = CallState(
    epoch=1,
    stage="active",
    talk_ms=30_000,
    left_ms=0,
    caller=DevicePlace(role=Role.CALLER, device_id=CALLER.device_id, node=None),
    callee=DevicePlace(role=Role.CALLEE, device_id=PHONE.device_id, node=None),
    ringing=[],
    connected=[Role.CALLER, Role.CALLEE],
)


class Story:
    """Feeds a call and remembers everything that it wanted done."""

    def __init__(self, times: CallTimes = TIMES) -> None:
        self.now_ms = START_MS
        invite = Invite(callee_id=BOB.account_id, ref="ring-bob")
        self.call, effects = place(
            invite, call_id=CALL_ID, device_id=CALLER.device_id, times=times, now_ms=self.now_ms
        )
        self.effects: list[Effect] = effects

    def feed(self, given: Input, *, after_ms: int = 0) -> list[Effect]:
        self.now_ms += after_ms
        effects = step(self.call, given, self.now_ms)
        self.effects += effects
        return effects

    def says(self, device: Device, said: CallStep, *, after_ms: int = 0) -> list[Effect]:
        return self.feed(FromDevice(device, said), after_ms=after_ms)

    def fires(self, name: TimerName, *, late_ms: int = 0) -> list[Effect]:
        """Let the time come for which a timer is set, and a little more."""
        self.now_ms = self.call.timers[name] + late_ms
        return self.feed(TimerFired(name))

    def is_in(self, state: State) -> bool:
        return self.call.state is state

    def heard(self, device: Device) -> list[ToClient]:
        return messages(self.effects, device)

    def announced(self) -> list[AnnounceEnded]:
        return [effect for effect in self.effects if isinstance(effect, AnnounceEnded)]

    def end(self) -> tuple[EndReason, int]:
        """Return reason and talk time of the one announced end."""
        [announced] = self.announced()
        return announced.reason, announced.talk_ms


def messages(effects: list[Effect], device: Device) -> list[ToClient]:
    return [effect.message for effect in effects if isinstance(effect, Send) and effect.device == device]


def overs(story: Story, device: Device) -> list[EndReason]:
    return [message.reason for message in story.heard(device) if isinstance(message, CallOver)]


def story_in(state: State, times: CallTimes = TIMES, terms: Terms = TERMS) -> Story:
    """Return a story that has just come to this state; in RECONNECTING it is the caller who is lost."""
    story = Story(times)
    path: dict[State, list[Input]] = {
        State.AUTHORIZING: [],
        State.RINGING: [Authorized(terms), CalleeDevices((PHONE.device_id, TABLET.device_id))],
        State.CONNECTING: [FromDevice(PHONE, Accept(call_id=CALL_ID))],
        State.ACTIVE: [FromDevice(device, Connected(call_id=CALL_ID)) for device in (CALLER, PHONE)],
        State.RECONNECTING: [DeviceLost(CALLER, story.now_ms)],
        State.ENDED: [FromDevice(PHONE, HangUp(call_id=CALL_ID))],
    }
    for stage in State:
        for given in path[stage]:
            story.feed(given)
        if stage is state:
            break
    assert story.call.state is state
    return story
