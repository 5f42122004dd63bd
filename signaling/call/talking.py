"""Talk time: it starts once, runs on paid minutes, and ends with them."""

from __future__ import annotations

from shared.messages.base import EndReason
from shared.messages.to_client import CallActive, CallLease, CallLowFunds
from signaling.call.call import Call
from signaling.call.effects import AnnounceStarted, AskRenewal
from signaling.call.inputs import RenewalFailed, RenewalRefused, Renewed
from signaling.call.lease import Lease
from signaling.call.states import RENEWAL_RETRIES_MAX, Role, State, TimerName

_REASONS = {"funds": EndReason.OUT_OF_FUNDS, "spend_limit": EndReason.SPEND_LIMIT}
"""Why a call ends whose next minute is not paid."""


def activate_if_ready(call: Call, now_ms: int) -> None:
    """Start the clock once both sides' media flow and both devices are there to prove it."""
    if len(call.connected) < len(Role) or call.lost or call.terms is None:
        return
    call.state = State.ACTIVE
    call.clear_timer(TimerName.CONNECT)
    call.lease = Lease(
        since_ms=now_ms,
        times=call.times,
        talk_ms_max=min(call.times.call_ms_max, call.terms.talk_ms_max or call.times.call_ms_max),
        free_ms=call.terms.charging.free_ms,
    )
    call.emit(AnnounceStarted())
    newer_tickets(call, now_ms)
    call.tell_both(
        CallActive(
            call_id=call.call_id,
            price_minor=call.terms.price_minor,
            currency=call.terms.currency,
            minute_ms=call.times.minute_ms,
            free_ms=call.terms.charging.free_ms,
            grace_ms=call.terms.charging.grace_ms,
            paid_ms=call.lease.paid_ms,
        )
    )
    call.set_timer(TimerName.LEASE, call.lease.ends_at_ms)
    renew_when_due(call, now_ms)


def newer_tickets(call: Call, now_ms: int) -> None:
    """Give both parties tickets, again and again: an owner that dies takes what came after the newest with it."""
    call.give_tickets()
    call.set_timer(TimerName.TICKET, now_ms + call.times.ticket_ms)


def renew_when_due(call: Call, now_ms: int) -> None:
    """Ask for the next minute, or set the timer to; never while a device is lost."""
    lease = call.lease
    if call.state is not State.ACTIVE or lease is None or lease.is_longest:
        return
    if now_ms < lease.renew_at_ms:
        call.set_timer(TimerName.RENEW, lease.renew_at_ms)
    else:
        call.clear_timer(TimerName.RENEW)
        call.emit(AskRenewal(minute=lease.ask(), talk_ms=call.talk_ms(now_ms)))


def renewed(call: Call, given: Renewed, now_ms: int) -> None:
    lease = call.lease
    if lease is None or lease.is_paid(given.minute):
        return
    lease.pay(given.minute)
    call.give_tickets()
    call.tell_both(
        CallLease(call_id=call.call_id, talk_ms=call.talk_ms(now_ms), paid_ms=lease.paid_ms),
    )
    call.set_timer(TimerName.LEASE, lease.ends_at_ms)
    renew_when_due(call, now_ms)


def renewal_refused(call: Call, given: RenewalRefused, now_ms: int) -> None:
    lease = call.lease
    if lease is None or lease.is_paid(given.minute):
        return
    match given.reason:
        case "insufficient_funds" | "spend_limit":
            _not_paid(call, lease, given, now_ms)
        case "out_of_turn":
            _ask_again_later(call, lease, now_ms)
        case "call_settled" | "unknown_call":
            # Billing has closed the books on this call: talking on would be free.
            call.end(EndReason.BILLING_UNAVAILABLE, now_ms)
        case "blocked":
            call.end(EndReason.BLOCKED, now_ms)
        case "operator":
            call.end(EndReason.OPERATOR, now_ms)
        case "taken_over":
            call.close()


def renewal_failed(call: Call, given: RenewalFailed, now_ms: int) -> None:
    if call.lease is not None and not call.lease.is_paid(given.minute):
        _ask_again_later(call, call.lease, now_ms)


def funds_changed(call: Call, now_ms: int) -> None:
    lease = call.lease
    if lease is None:
        return
    if lease.asked:
        lease.funds_changed = True
    elif lease.refused_for:
        renew_when_due(call, now_ms)


def lease_over(call: Call, now_ms: int) -> None:
    """End at exactly the paid talk time, however late the timer is."""
    lease = call.lease
    if lease is None:
        return
    if lease.is_longest:
        call.end(EndReason.MAX_DURATION, now_ms)
    elif call.lost:
        call.end(EndReason.LOST, now_ms)
    elif lease.refused_for:
        call.end(_REASONS[lease.refused_for], now_ms)
    else:
        call.end(EndReason.BILLING_UNAVAILABLE, now_ms)


def _not_paid(call: Call, lease: Lease, given: RenewalRefused, now_ms: int) -> None:
    is_outdated = lease.funds_changed
    lease.asked = lease.funds_changed = False
    lease.refused_for = "spend_limit" if given.reason == "spend_limit" else "funds"
    if is_outdated:
        renew_when_due(call, now_ms)
    elif call.terms is not None:
        ends_in_ms = max(0, lease.ends_at_ms - now_ms)
        low_funds = CallLowFunds(
            call_id=call.call_id,
            ends_in_ms=ends_in_ms,
            reason=lease.refused_for,
            spend_limit=given.spend_limit,
            shortfall_minor=given.shortfall_minor,
            currency=call.terms.currency,
        )
        call.tell(Role.CALLER, low_funds)
        # How much money the caller has, and wants to spend, is not the callee's business.
        call.tell(Role.CALLEE, CallLowFunds(call_id=call.call_id, ends_in_ms=ends_in_ms))


def _ask_again_later(call: Call, lease: Lease, now_ms: int) -> None:
    lease.asked, lease.refused_for = False, None
    retry_at_ms = now_ms + lease.times.renewal_retry_ms
    if call.state is State.ACTIVE and lease.retries < RENEWAL_RETRIES_MAX and retry_at_ms < lease.ends_at_ms:
        lease.retries += 1
        call.set_timer(TimerName.RENEW, retry_at_ms)
