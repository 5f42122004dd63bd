"""The whole table: every input in every state. A new input, step, timer or reason without a row fails."""

from __future__ import annotations

from typing import get_args, get_type_hints

import pytest
from msgspec import Struct

from shared.messages.base import EndReason, RefusalReason
from shared.messages.from_client import (
    Accept,
    Answer,
    CallStep,
    Cancel,
    Candidate,
    Connected,
    ConnectFailed,
    Decline,
    HangUp,
    Offer,
)
from shared.messages.to_client import ErrorCode
from signaling.call.effects import Reject
from signaling.call.inputs import (
    AcceptByInvite,
    Authorized,
    AuthorizeFailed,
    CalleeDevices,
    DeviceGone,
    DeviceLost,
    DeviceResumed,
    FromDevice,
    FundsChanged,
    Input,
    LetGo,
    Merged,
    Refused,
    RenewalFailed,
    RenewalRefused,
    Renewed,
    StopCall,
    TicketShown,
    TimerFired,
)
from signaling.call.states import Device, State, TimerName
from tests.signaling.call.story import (
    CALL_ID,
    CALLER,
    LAPTOP,
    PHONE,
    START_MS,
    STATE_IN_TICKET,
    STRANGER,
    TABLET,
    TERMS,
    story_in,
)

DEVICES = {"caller": CALLER, "phone": PHONE, "tablet": TABLET, "stranger": STRANGER}
"""The phone accepts where somebody does, the tablet rings with it, the stranger's device never rings."""

STEPS: dict[str, CallStep] = {
    "accept": Accept(call_id=CALL_ID, ref="r"),
    "decline": Decline(call_id=CALL_ID, ref="r"),
    "cancel": Cancel(call_id=CALL_ID, ref="r"),
    "hang up": HangUp(call_id=CALL_ID, ref="r"),
    "connected": Connected(call_id=CALL_ID, ref="r"),
    "connect failed": ConnectFailed(call_id=CALL_ID, ref="r"),
    "offer": Offer(call_id=CALL_ID, sdp="v=0", ref="r"),
    "answer": Answer(call_id=CALL_ID, sdp="v=0", ref="r"),
    "candidate": Candidate(call_id=CALL_ID, candidate=None, ref="r"),
}

OTHERS: dict[str, Input] = {
    "accept by invite": AcceptByInvite(LAPTOP.device_id, "r"),
    "authorized": Authorized(TERMS),
    "refused": Refused(reason=RefusalReason.BUSY),
    "unreachable": Refused(reason=RefusalReason.UNREACHABLE),
    "authorize failed": AuthorizeFailed(),
    "merged": Merged(),
    "a device more": CalleeDevices((LAPTOP.device_id,)),
    "no device": CalleeDevices(()),
    "caller lost": DeviceLost(CALLER, START_MS),
    "phone lost": DeviceLost(PHONE, START_MS),
    "tablet lost": DeviceLost(TABLET, START_MS),
    "caller resumed": DeviceResumed(CALLER),
    "phone resumed": DeviceResumed(PHONE),
    "tablet resumed": DeviceResumed(TABLET),
    "caller gone": DeviceGone(CALLER, START_MS),
    "phone gone": DeviceGone(PHONE, START_MS),
    "tablet gone": DeviceGone(TABLET, START_MS),
    "renewed": Renewed(2),
    "renewed long ago": Renewed(1),
    "no money": RenewalRefused(minute=2, reason="insufficient_funds", shortfall_minor=7),
    "spend limit": RenewalRefused(minute=2, reason="spend_limit", spend_limit="day"),
    "call settled": RenewalRefused(minute=2, reason="call_settled"),
    "unknown call": RenewalRefused(minute=2, reason="unknown_call"),
    "out of turn": RenewalRefused(minute=2, reason="out_of_turn"),
    "payer blocked": RenewalRefused(minute=2, reason="blocked"),
    "end asked": RenewalRefused(minute=2, reason="operator"),
    "owned by another": RenewalRefused(minute=2, reason="taken_over"),
    "let go": LetGo(),
    "ticket shown": TicketShown(CALLER, STATE_IN_TICKET),
    "renewal failed": RenewalFailed(2),
    "funds changed": FundsChanged(),
    "stopped by operator": StopCall(EndReason.OPERATOR),
    "stopped by block": StopCall(EndReason.BLOCKED),
    "stopped by shutdown": StopCall(EndReason.SHUTDOWN),
}

INPUTS: dict[str, Input] = {
    **{f"{who}: {what}": FromDevice(DEVICES[who], said) for what, said in STEPS.items() for who in DEVICES},
    **OTHERS,
    **{f"timer: {name.value}": TimerFired(name) for name in TimerName},
}

# A state's name: the call is there now. illegal, not-in: rejected, nothing else. does: effects, same state.
# A dot: nothing to be seen.
TABLE = """
                       authorizing ringing    connecting active       reconnecting ended
caller: accept         illegal     illegal    illegal    illegal      illegal      not-in
phone: accept          not-in      connecting illegal    illegal      illegal      not-in
tablet: accept         not-in      connecting not-in     not-in       not-in       not-in
stranger: accept       not-in      not-in     not-in     not-in       not-in       not-in
caller: decline        illegal     illegal    illegal    illegal      illegal      not-in
phone: decline         not-in      ended      illegal    illegal      illegal      not-in
tablet: decline        not-in      ended      not-in     not-in       not-in       not-in
stranger: decline      not-in      not-in     not-in     not-in       not-in       not-in
caller: cancel         ended       ended      ended      ended        ended        not-in
phone: cancel          not-in      illegal    illegal    illegal      illegal      not-in
tablet: cancel         not-in      illegal    not-in     not-in       not-in       not-in
stranger: cancel       not-in      not-in     not-in     not-in       not-in       not-in
caller: hang up        ended       ended      ended      ended        ended        not-in
phone: hang up         not-in      ended      ended      ended        ended        not-in
tablet: hang up        not-in      ended      not-in     not-in       not-in       not-in
stranger: hang up      not-in      not-in     not-in     not-in       not-in       not-in
caller: connected      illegal     illegal    .          .            .            not-in
phone: connected       not-in      illegal    .          .            .            not-in
tablet: connected      not-in      illegal    not-in     not-in       not-in       not-in
stranger: connected    not-in      not-in     not-in     not-in       not-in       not-in
caller: connect failed illegal     illegal    ended      illegal      illegal      not-in
phone: connect failed  not-in      illegal    ended      illegal      illegal      not-in
tablet: connect failed not-in      illegal    not-in     not-in       not-in       not-in
stranger: connect failed not-in    not-in     not-in     not-in       not-in       not-in
caller: offer          illegal     illegal    does       does         does         not-in
phone: offer           not-in      illegal    does       does         does         not-in
tablet: offer          not-in      illegal    not-in     not-in       not-in       not-in
stranger: offer        not-in      not-in     not-in     not-in       not-in       not-in
caller: answer         illegal     illegal    does       does         does         not-in
phone: answer          not-in      illegal    does       does         does         not-in
tablet: answer         not-in      illegal    not-in     not-in       not-in       not-in
stranger: answer       not-in      not-in     not-in     not-in       not-in       not-in
caller: candidate      illegal     illegal    does       does         does         not-in
phone: candidate       not-in      illegal    does       does         does         not-in
tablet: candidate      not-in      illegal    not-in     not-in       not-in       not-in
stranger: candidate    not-in      not-in     not-in     not-in       not-in       not-in
accept by invite       .           connecting not-in     not-in       not-in       not-in
authorized             ringing     .          .          .            .            .
refused                ended       .          .          .            .            .
unreachable            does        .          .          .            .            .
authorize failed       ended       .          .          .            .            .
merged                 ended       .          .          .            .            .
a device more          .           does       .          .            .            .
no device              .           .          .          .            .            .
caller lost            does        does       does       reconnecting .            .
phone lost             .           .          does       reconnecting does         .
tablet lost            .           .          .          .            .            .
caller resumed         .           .          .          .            active       .
phone resumed          .           .          .          .            .            .
tablet resumed         .           .          .          .            .            .
caller gone            ended       ended      ended      ended        ended        .
phone gone             .           .          ended      ended        ended        .
tablet gone            .           .          .          .            .            .
renewed                .           .          .          does         does         .
renewed long ago       .           .          .          .            .            .
no money               .           .          .          does         does         .
spend limit            .           .          .          does         does         .
call settled           .           .          .          ended        ended        .
unknown call           .           .          .          ended        ended        .
out of turn            .           .          .          does         .            .
payer blocked          .           .          .          ended        ended        .
end asked              .           .          .          ended        ended        .
owned by another       .           .          .          ended        ended        .
ticket shown           .           .          .          .            .            .
let go                 ended       ended      ended      ended        ended        .
renewal failed         .           .          .          does         .            .
funds changed          .           .          .          .            .            .
stopped by operator    ended       ended      ended      ended        ended        .
stopped by block       ended       ended      ended      ended        ended        .
stopped by shutdown    ended       ended      ended      ended        ended        .
timer: authorize       ended       .          .          .            .            .
timer: unreachable     does        .          .          .            .            .
timer: ring            .           ended      .          .            .            .
timer: connect         .           .          ended      .            .            .
timer: renew           .           .          .          does         .            .
timer: lease           .           .          .          ended        ended        .
timer: ticket          .           .          .          does         does         .
timer: resume_caller   .           .          .          .            ended        .
timer: resume_callee   .           .          .          .            .            .
"""


def _rows() -> dict[str, dict[State, str]]:
    head, *lines = TABLE.strip().splitlines()
    states = [State(word) for word in head.split()]
    cells = (line.rsplit(maxsplit=len(states)) for line in lines)
    return {name: dict(zip(states, words, strict=True)) for name, *words in cells}


ROWS = _rows()
CELLS = [(name, state, word) for name, row in ROWS.items() for state, word in row.items()]


@pytest.mark.parametrize(("name", "state", "expected"), CELLS)
def test_input_in_state(name: str, state: State, expected: str) -> None:
    """D5: an illegal step is an error and changes nothing."""
    story = story_in(state)
    given = INPUTS[name]
    if isinstance(given, TimerFired):
        story.now_ms = story.call.timers.get(given.name, story.now_ms)
    effects = story.feed(given)
    match expected:
        case "illegal" | "not-in":
            code = ErrorCode.ILLEGAL_STEP if expected == "illegal" else ErrorCode.NOT_IN_CALL
            [reject] = effects
            assert isinstance(reject, Reject)
            assert (reject.device, reject.code, reject.ref) == (_sender(given), code, "r")
            assert story.call.state is state
        case "does":
            assert effects
            assert story.call.state is state
        case ".":
            assert effects == []
            assert story.call.state is state
        case _:
            assert effects
            assert story.call.state.value == expected != state.value


def _sender(given: Input) -> Device:
    if isinstance(given, FromDevice):
        return given.device
    assert isinstance(given, AcceptByInvite)
    return LAPTOP


def test_every_input_has_a_row() -> None:
    assert set(ROWS) == set(INPUTS)
    assert all(set(row) == set(State) for row in ROWS.values())
    assert {type(given) for given in INPUTS.values()} == set(get_args(Input))


def test_every_step_and_reason_has_a_row() -> None:
    assert {type(said) for said in STEPS.values()} == set(get_args(CallStep))
    refusals = {given.reason for given in INPUTS.values() if isinstance(given, RenewalRefused)}
    stops = {given.reason for given in INPUTS.values() if isinstance(given, StopCall)}
    assert refusals == _words_of(RenewalRefused)
    assert stops == _words_of(StopCall)


def _words_of(kind: type[Struct]) -> set[str]:
    return set(get_args(get_type_hints(kind)["reason"]))
