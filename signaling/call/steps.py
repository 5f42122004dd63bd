"""What a device says, and whether it may."""

from __future__ import annotations

from typing import assert_never

from shared.messages.base import EndReason
from shared.messages.from_client import (
    Accept,
    Answer,
    Cancel,
    Candidate,
    Connected,
    ConnectFailed,
    Decline,
    HangUp,
    MediaDescription,
    Offer,
)
from shared.messages.to_client import ErrorCode, PeerAnswer, PeerCandidate, PeerOffer
from signaling.call.addresses import without_addresses
from signaling.call.call import Call
from signaling.call.inputs import FromDevice
from signaling.call.ringing import accept
from signaling.call.states import Role, State
from signaling.call.talking import activate_if_ready

DESCRIPTIONS_MAX = 500
CANDIDATES_MAX = 5_000
"""So many from one side of a call; a long one that changes its network all the time needs a tenth of them."""


def hear(call: Call, given: FromDevice, now_ms: int) -> None:
    """Do what the device says, or reject it and change nothing."""
    device, role = given.device, given.device.role
    if not call.takes_part(device):
        call.reject(device, ErrorCode.NOT_IN_CALL, "This device has no part in the call.", given.step.ref)
        return
    match given.step:
        case Accept() if call.state is State.RINGING and role is Role.CALLEE:
            accept(call, device, now_ms)
        case Decline() if not call.is_accepted and role is Role.CALLEE:
            call.end(EndReason.DECLINED, now_ms)
        case Cancel() if role is Role.CALLER:
            # Sent before its device heard that talk time runs: the wish is the same.
            call.end(EndReason.HUNG_UP if call.lease else EndReason.CANCELLED, now_ms)
        case HangUp():
            call.end(_hang_up_reason(call, role), now_ms)
        case Connected() if call.is_accepted:
            _media_connected(call, role, now_ms)
        case ConnectFailed() if call.state is State.CONNECTING:
            call.end(EndReason.CONNECT_FAILED, now_ms)
        case (Offer() | Answer() | Candidate()) as description if call.is_accepted:
            if _is_one_too_many(call, role, description):
                call.reject(device, ErrorCode.ILLEGAL_STEP, "Too many of these in one call.", description.ref)
            else:
                _forward(call, role, description)
        case (
            Accept() | Decline() | Cancel() | Connected() | ConnectFailed() | Offer() | Answer() | Candidate()
        ) as step:
            text = f"Not possible while the call is {call.state.value}, or not for this party."
            call.reject(device, ErrorCode.ILLEGAL_STEP, text, step.ref)
        case _ as never:
            assert_never(never)


def _hang_up_reason(call: Call, role: Role) -> EndReason:
    if call.is_accepted:
        return EndReason.HUNG_UP
    return EndReason.CANCELLED if role is Role.CALLER else EndReason.DECLINED


def _media_connected(call: Call, role: Role, now_ms: int) -> None:
    """Said again later on, after a change of network, it means nothing new."""
    call.connected.add(role)
    if call.state is State.CONNECTING:
        activate_if_ready(call, now_ms)


def _is_one_too_many(call: Call, role: Role, said: MediaDescription) -> bool:
    is_candidate = isinstance(said, Candidate)
    counted, most = (call.candidates, CANDIDATES_MAX) if is_candidate else (call.descriptions, DESCRIPTIONS_MAX)
    counted[role] += 1
    return counted[role] > most


def _forward(call: Call, role: Role, description: MediaDescription) -> None:
    """The server, not the sender, says whom it is from; of a side that is `relay_only`, not where it is."""
    if call.terms is None:
        return
    sender_id = call.terms.party(role).account_id
    match without_addresses(description) if role in call.terms.relay_only else description:
        case None:
            pass
        case Offer(sdp=sdp):
            call.tell(role.other, PeerOffer(call_id=call.call_id, from_account_id=sender_id, sdp=sdp))
        case Answer(sdp=sdp):
            call.tell(role.other, PeerAnswer(call_id=call.call_id, from_account_id=sender_id, sdp=sdp))
        case Candidate(candidate=candidate):
            call.tell(
                role.other,
                PeerCandidate(call_id=call.call_id, from_account_id=sender_id, candidate=candidate),
            )
        case _ as never:
            assert_never(never)
