"""From the invite to the accept."""

from __future__ import annotations

from shared.messages.base import EndReason, RefusalReason
from shared.messages.to_client import (
    CallAccepted,
    CallAnsweredElsewhere,
    CallIncoming,
    CallRefused,
    CallRinging,
    ErrorCode,
)
from signaling.call.call import Call
from signaling.call.effects import FindDevices, Send
from signaling.call.inputs import AcceptByInvite, Authorized, CalleeDevices, Refused
from signaling.call.presence import tell_of_lost
from signaling.call.states import Device, Role, State, Terms, TimerName

RINGING_DEVICES_MAX = 32
"""More devices of one account do not ring."""


def authorized(call: Call, given: Authorized, now_ms: int) -> None:
    if not call.waits_for_billing:
        return
    call.clear_timer(TimerName.AUTHORIZE)
    call.clear_timer(TimerName.UNREACHABLE)
    call.terms = given.terms
    call.state = State.RINGING
    call.set_timer(TimerName.RING, now_ms + call.times.ring_ms_max)
    if call.callee:
        _ring_and_accept(call, call.callee, given.terms, now_ms)
    else:
        call.give_tickets()
        call.emit(FindDevices(given.terms.callee.account_id))


def refused(call: Call, given: Refused, now_ms: int) -> None:
    """Nothing is held, so there is nothing to announce; unless billing itself does not know."""
    if given.reason is RefusalReason.BILLING_UNAVAILABLE:
        authorize_failed(call, now_ms)
        return
    if not call.waits_for_billing:
        return
    if given.reason is RefusalReason.UNREACHABLE:
        call.unreachable = True
        call.clear_timer(TimerName.AUTHORIZE)
        return
    refusal = CallRefused(
        call_id=call.call_id,
        reason=given.reason,
        price_minor=given.price_minor,
        shortfall_minor=given.shortfall_minor,
        currency=given.currency,
        retry_after_ms=given.retry_after_ms,
        spend_limit=given.spend_limit,
        left_minor=given.left_minor,
        ref=call.invite_ref,
    )
    call.emit(Send(call.caller, refusal))
    _close_unauthorized(call, EndReason.UNREACHABLE, now_ms)


def tell_if_unreachable(call: Call, now_ms: int) -> None:
    """Tell it at moments that say nothing of how long billing took, and so of what it found and kept."""
    if not call.unreachable:
        each_ms = call.times.unreachable_answer_ms
        passed = (now_ms - call.placed_at_ms) // each_ms
        call.set_timer(TimerName.UNREACHABLE, call.placed_at_ms + (passed + 1) * each_ms)
        return
    refusal = CallRefused(call_id=call.call_id, reason=RefusalReason.UNREACHABLE, ref=call.invite_ref)
    call.emit(Send(call.caller, refusal))
    _close_unauthorized(call, EndReason.UNREACHABLE, now_ms)


def authorize_failed(call: Call, now_ms: int) -> None:
    """A minute may be held: the end is announced, so that billing releases it."""
    if not call.waits_for_billing:
        return
    reason = EndReason.BILLING_UNAVAILABLE
    call.announce_end(reason, now_ms)
    refusal = CallRefused(call_id=call.call_id, reason=RefusalReason.BILLING_UNAVAILABLE, ref=call.invite_ref)
    call.emit(Send(call.caller, refusal))
    _close_unauthorized(call, reason, now_ms)


def merged(call: Call, now_ms: int) -> None:
    """Its device hears of the other call alone."""
    if call.waits_for_billing:
        _close_unauthorized(call, EndReason.UNREACHABLE, now_ms)


def callee_devices(call: Call, given: CalleeDevices, now_ms: int) -> None:
    if call.state is not State.RINGING or call.terms is None:
        return
    for device_id in given.device_ids:
        if len(call.ringing) < RINGING_DEVICES_MAX:
            _ring(call, Device(Role.CALLEE, device_id), call.terms, now_ms)
    if not call.caller_hears_ringing:
        call.end(EndReason.UNREACHABLE, now_ms)


def accept_by_invite(call: Call, given: AcceptByInvite, now_ms: int) -> None:
    device = Device(Role.CALLEE, given.device_id)
    if call.state is State.AUTHORIZING and call.callee is None:
        call.callee = device
    elif call.state is State.RINGING and call.terms is not None:
        _ring_and_accept(call, device, call.terms, now_ms)
    else:
        call.reject(device, ErrorCode.NOT_IN_CALL, "This call was answered already.", given.ref)


def accept(call: Call, device: Device, now_ms: int) -> None:
    """The first accept wins; the other devices hear of it."""
    others = [other for other in call.ringing if other != device]
    call.callee = device
    call.ringing.clear()
    call.state = State.CONNECTING
    call.clear_timer(TimerName.RING)
    call.set_timer(TimerName.CONNECT, now_ms + call.times.connect_ms_max)
    # Before the news: who has heard it can prove it.
    call.give_tickets()
    call.tell_both(CallAccepted(call_id=call.call_id, connect_ms=call.times.connect_ms_max))
    for other in others:
        call.emit(Send(other, CallAnsweredElsewhere(call_id=call.call_id)))
    tell_of_lost(call, now_ms)


def _ring_and_accept(call: Call, device: Device, terms: Terms, now_ms: int) -> None:
    """Both sides hear who talks, at what price, before they hear of the accept."""
    _ring(call, device, terms, now_ms)
    accept(call, device, now_ms)


def _ring(call: Call, device: Device, terms: Terms, now_ms: int) -> None:
    if device in call.ringing:
        return
    ring_ms = max(0, call.timers[TimerName.RING] - now_ms)
    call.ringing.append(device)
    call.emit(Send(device, CallIncoming(call_id=call.call_id, caller=terms.caller, ring_ms=ring_ms)))
    if not call.caller_hears_ringing:
        call.caller_hears_ringing = True
        call.emit(Send(call.caller, _ringing(call, terms, ring_ms)))


def _ringing(call: Call, terms: Terms, ring_ms: int) -> CallRinging:
    return CallRinging(
        call_id=call.call_id,
        callee=terms.callee,
        price_minor=terms.price_minor,
        currency=terms.currency,
        minute_ms=call.times.minute_ms,
        free_ms=terms.charging.free_ms,
        grace_ms=terms.charging.grace_ms,
        ring_ms=ring_ms,
    )


def _close_unauthorized(call: Call, reason: EndReason, now_ms: int) -> None:
    """A device that accepted ahead of the authorization (glare) must not wait for ever."""
    if call.callee:
        call.tell_over(call.callee, reason, now_ms)
    call.close()
