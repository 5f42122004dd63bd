"""Is the next minute paid? Decided over the locked call and wallet; pure."""

from __future__ import annotations

from billing_worker.admission.authorize import Room
from shared.ledger import OpenWallet
from shared.messages.requests import Renew, RenewalRefusal, RenewalRefused, Renewed
from shared.money import shortfall_minor
from shared.spending.budget import Budget, budget


def renew(request: Renew, room: Room) -> Renewed | RenewalRefused:
    """Hold the minute asked for, once, at the call's frozen price; in any case take the proof of life.

    The owner's limits count as they are now: what was held before they were lowered stays held. A node that owns
    the call no more proves nothing. A greater epoch than the row's is of a database that was restored: it counts.
    """
    call = room.calls.rows.get(request.call_id)
    if call is None:
        return RenewalRefused(call_id=request.call_id, minute=request.minute, reason="unknown_call")
    if request.epoch < call.epoch:
        return RenewalRefused(call_id=call.id, minute=request.minute, reason="taken_over", node=call.node)
    if call.talk_ms is not None:
        return RenewalRefused(call_id=call.id, minute=request.minute, reason="call_settled")
    call.owned_by(call.node, epoch=request.epoch)
    call.prove(request.talk_ms)
    if request.minute <= call.minutes_held:
        return Renewed(call_id=call.id, minute=request.minute)
    if request.minute > call.minutes_held + 1:
        return RenewalRefused(call_id=call.id, minute=request.minute, reason="out_of_turn")
    payer = room.ledger.wallets[call.caller_id]
    if call.end_asked_at is not None or payer.operator_blocked_at is not None:
        # Signaling was told; this is for where it was told in vain.
        reason: RenewalRefusal = "blocked" if call.end_asked_at is None else "operator"
        return RenewalRefused(call_id=call.id, minute=request.minute, reason=reason)
    left = budget(
        payer,
        price_minor=call.price_minor,
        held_minor=call.minutes_held * call.price_minor,
        spent_today_minor=room.spent_today.get(payer.account_id, 0),
    )
    if left.is_spent:
        return _not_paid(request, payer, left, price_minor=call.price_minor)
    room.ledger.hold(call.caller_id, call.price_minor)
    call.hold_minute(now=room.now)
    return Renewed(call_id=call.id, minute=request.minute)


def _not_paid(request: Renew, payer: OpenWallet, left: Budget, *, price_minor: int) -> RenewalRefused:
    if left.spend_limit is not None:
        return RenewalRefused(
            call_id=request.call_id, minute=request.minute, reason="spend_limit", spend_limit=left.spend_limit
        )
    return RenewalRefused(
        call_id=request.call_id,
        minute=request.minute,
        reason="insufficient_funds",
        shortfall_minor=shortfall_minor(payer.available_minor, price_minor=price_minor),
    )
