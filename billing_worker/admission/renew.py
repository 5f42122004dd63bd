"""Is the next minute paid? Decided over the locked call and wallet; pure."""

from __future__ import annotations

from typing import Literal

from billing_worker.admission.authorize import Room
from shared.messages.requests import Renew, RenewalRefused, Renewed
from shared.money import shortfall_minor


def renew(request: Renew, room: Room) -> Renewed | RenewalRefused:
    """Hold the minute asked for, once, at the call's frozen price; in any case take the proof of life."""
    call = room.calls.rows.get(request.call_id)
    if call is None:
        return RenewalRefused(call_id=request.call_id, minute=request.minute, reason="unknown_call")
    if call.talk_ms is not None:
        return RenewalRefused(call_id=call.id, minute=request.minute, reason="call_settled")
    call.prove(request.talk_ms)
    if request.minute <= call.minutes_held:
        return Renewed(call_id=call.id, minute=request.minute)
    if request.minute > call.minutes_held + 1:
        return RenewalRefused(call_id=call.id, minute=request.minute, reason="out_of_turn")
    payer = room.ledger.wallets[call.caller_id]
    if call.end_asked_at is not None or payer.operator_blocked_at is not None:
        # Signaling was told; this is for where it was told in vain.
        reason: Literal["operator", "blocked"] = "blocked" if call.end_asked_at is None else "operator"
        return RenewalRefused(call_id=call.id, minute=request.minute, reason=reason)
    missing_minor = shortfall_minor(payer.available_minor, price_minor=call.price_minor)
    if missing_minor:
        return RenewalRefused(
            call_id=call.id,
            minute=request.minute,
            reason="insufficient_funds",
            shortfall_minor=missing_minor,
        )
    room.ledger.hold(call.caller_id, call.price_minor)
    call.hold_minute(now=room.now)
    return Renewed(call_id=call.id, minute=request.minute)
