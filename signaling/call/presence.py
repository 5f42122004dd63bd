"""Devices that are lost, come back, or never will."""

from __future__ import annotations

from shared.messages.base import EndReason
from shared.messages.to_client import PeerLost, PeerResumed
from signaling.call.call import Call
from signaling.call.effects import GiveTicket
from signaling.call.inputs import DeviceGone, DeviceLost, DeviceResumed
from signaling.call.states import Role, State, TimerName
from signaling.call.talking import activate_if_ready, renew_when_due

RESUME_TIMERS = {Role.CALLER: TimerName.RESUME_CALLER, Role.CALLEE: TimerName.RESUME_CALLEE}


def device_lost(call: Call, given: DeviceLost, now_ms: int) -> None:
    """Only the two parties' devices are waited for; one that merely rings goes on ringing."""
    role = given.device.role
    if not call.is_party(given.device) or role in call.lost:
        return
    call.lost[role] = given.last_alive_ms
    call.set_timer(RESUME_TIMERS[role], now_ms + call.times.resume_ms_max)
    if call.state is State.ACTIVE:
        call.state = State.RECONNECTING
        call.clear_timer(TimerName.RENEW)
    if call.is_accepted:
        call.tell(role.other, _peer_lost(call, role, now_ms))


def device_resumed(call: Call, given: DeviceResumed, now_ms: int) -> None:
    role = given.device.role
    if not call.is_party(given.device) or role not in call.lost:
        return
    del call.lost[role]
    call.clear_timer(RESUME_TIMERS[role])
    if call.terms:
        call.emit(GiveTicket(given.device))
    if call.is_accepted:
        call.tell(role.other, PeerResumed(call_id=call.call_id))
    if call.state is State.CONNECTING:
        activate_if_ready(call, now_ms)
    elif call.state is State.RECONNECTING and not call.lost:
        call.state = State.ACTIVE
        renew_when_due(call, now_ms)


def device_gone(call: Call, given: DeviceGone, now_ms: int) -> None:
    if given.device in call.ringing:
        call.ringing.remove(given.device)
    elif call.is_party(given.device):
        call.lost.setdefault(given.device.role, given.last_alive_ms)
        resume_over(call, given.device.role, now_ms)


def resume_over(call: Call, role: Role, now_ms: int) -> None:
    """Whoever goes before the accept gave up; after it, the call is lost."""
    if call.is_accepted:
        call.end(EndReason.LOST, now_ms)
    else:
        call.end(EndReason.CANCELLED if role is Role.CALLER else EndReason.DECLINED, now_ms)


def tell_of_lost(call: Call, now_ms: int) -> None:
    """Tell both sides of losses that were nobody's business before the accept."""
    for role in call.lost:
        call.tell(role.other, _peer_lost(call, role, now_ms))


def _peer_lost(call: Call, role: Role, now_ms: int) -> PeerLost:
    return PeerLost(call_id=call.call_id, resume_ms=max(0, call.timers[RESUME_TIMERS[role]] - now_ms))
