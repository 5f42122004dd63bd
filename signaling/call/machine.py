"""The call machine: `place` makes a call, `step` moves it on."""

from __future__ import annotations

from typing import assert_never
from uuid import UUID

from shared.messages.base import EndReason
from shared.messages.from_client import Invite
from shared.messages.to_client import CallAuthorizing, ErrorCode
from signaling.call import moving, presence, ringing, steps, talking
from signaling.call.call import Call
from signaling.call.effects import AskAuthorize, Effect, Send, SetTimer
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
from signaling.call.states import CallTimes, Device, Role, State, TimerName


def place(
    invite: Invite, *, call_id: UUID, device_id: UUID, times: CallTimes, now_ms: int
) -> tuple[Call, list[Effect]]:
    """Make the call that this device invites to, and say how it begins."""
    caller = Device(Role.CALLER, device_id)
    call = Call(call_id=call_id, times=times, caller=caller, invite_ref=invite.ref, placed_at_ms=now_ms)
    call.emit(Send(caller, CallAuthorizing(call_id=call_id, ref=invite.ref)))
    call.emit(AskAuthorize(callee_id=invite.callee_id, callee_user_name=invite.callee_user_name))
    call.set_timer(TimerName.AUTHORIZE, now_ms + times.authorize_ms_max)
    # Set now, not when billing has answered: a timer that is set then is as late as the fraction of a millisecond.
    call.set_timer(TimerName.UNREACHABLE, now_ms + times.unreachable_answer_ms)
    return call, call.take_effects()


def step(call: Call, given: Input, now_ms: int) -> list[Effect]:
    """Take one input at this moment of the monotonic clock; return what is to be done, in order.

    An ended call answers devices with `not_in_call` and is deaf to everything else.
    """
    if call.state is State.ENDED:
        _after_the_end(call, given)
    else:
        _take(call, given, now_ms)
    return call.take_effects()


def _take(call: Call, given: Input, now_ms: int) -> None:  # noqa: C901 - one line an input
    match given:
        case FromDevice():
            steps.hear(call, given, now_ms)
        case AcceptByInvite():
            ringing.accept_by_invite(call, given, now_ms)
        case Authorized():
            ringing.authorized(call, given, now_ms)
        case Refused():
            ringing.refused(call, given, now_ms)
        case AuthorizeFailed():
            ringing.authorize_failed(call, now_ms)
        case Merged():
            ringing.merged(call, now_ms)
        case CalleeDevices():
            ringing.callee_devices(call, given, now_ms)
        case DeviceLost():
            presence.device_lost(call, given, now_ms)
        case DeviceResumed():
            presence.device_resumed(call, given, now_ms)
        case DeviceGone():
            presence.device_gone(call, given, now_ms)
        case LetGo():
            call.close()
        case Renewed():
            talking.renewed(call, given, now_ms)
        case RenewalRefused():
            talking.renewal_refused(call, given, now_ms)
        case RenewalFailed():
            talking.renewal_failed(call, given, now_ms)
        case FundsChanged():
            talking.funds_changed(call, now_ms)
        case TimerFired():
            _timer_fired(call, given.name, now_ms)
        case TicketShown():
            moving.ticket_shown(call, given, now_ms)
        case StopCall():
            call.end(given.reason, now_ms)
        case _ as never:
            assert_never(never)


def _after_the_end(call: Call, given: Input) -> None:
    if isinstance(given, FromDevice):
        call.reject(given.device, ErrorCode.NOT_IN_CALL, "This call is over.", given.step.ref)
    elif isinstance(given, AcceptByInvite):
        call.reject(Device(Role.CALLEE, given.device_id), ErrorCode.NOT_IN_CALL, "This call is over.", given.ref)


def _timer_fired(call: Call, name: TimerName, now_ms: int) -> None:
    """A cleared timer that still fires is late news. One that fires early, by rounding or as an older setting of
    the same name, is set again, so that it cannot be missed.
    """
    at_ms = call.timers.get(name)
    if at_ms is None:
        return
    if now_ms < at_ms:
        call.emit(SetTimer(name, at_ms))
        return
    del call.timers[name]
    _time_is_up(call, name, now_ms)


def _time_is_up(call: Call, name: TimerName, now_ms: int) -> None:
    match name:
        case TimerName.AUTHORIZE:
            ringing.authorize_failed(call, now_ms)
        case TimerName.UNREACHABLE:
            ringing.tell_if_unreachable(call, now_ms)
        case TimerName.RING:
            call.end(EndReason.MISSED, now_ms)
        case TimerName.CONNECT:
            call.end(EndReason.CONNECT_FAILED, now_ms)
        case TimerName.RENEW:
            talking.renew_when_due(call, now_ms)
        case TimerName.LEASE:
            talking.lease_over(call, now_ms)
        case TimerName.TICKET:
            talking.newer_tickets(call, now_ms)
        case TimerName.RESUME_CALLER:
            presence.resume_over(call, Role.CALLER, now_ms)
        case TimerName.RESUME_CALLEE:
            presence.resume_over(call, Role.CALLEE, now_ms)
        case _ as never:
            assert_never(never)
