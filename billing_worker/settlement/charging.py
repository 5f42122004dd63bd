"""The money of ended calls. Pure, over locked wallets.

An ended call's holds become one charge, of which the callee may earn a share. Later words may only make it smaller,
by a refund.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from billing_worker.calls import OpenCall
from shared.ledger import Ledger
from shared.ledger.posting import Why
from shared.money import minutes_of, share_of


def minutes_due(call: OpenCall) -> int:
    """Return the minutes to be paid of an ended call: never more than were held."""
    talk_ms = call.talk_ms or 0
    minutes = minutes_of(talk_ms, minute_ms=call.minute_ms, free_ms=call.free_ms, grace_ms=call.grace_ms)
    return min(minutes, call.minutes_held)


def is_due(call: OpenCall) -> bool:
    """Whether the call's money is to be moved: it ended, and was not settled or shrank just now."""
    if call.talk_ms is None:
        return False
    return call.minutes is None or (call.shrank and minutes_due(call) < call.minutes)


def charge(call: OpenCall, ledger: Ledger, *, now: datetime) -> None:
    """Turn the holds of an ended call into its charge, give back the rest, and let both parties go."""
    minutes = minutes_due(call)
    charge_minor = minutes * call.price_minor
    ledger.release(call.caller_id, call.minutes_held * call.price_minor)
    if _earner(call, ledger) is not None:
        call.earned_minor = share_of(charge_minor, share_bp=call.earning_share_bp)
    ledger.charge(
        call.caller_id,
        charge_minor,
        call_id=call.id,
        occurred_at=call.ended_at,
        earner_id=_earner(call, ledger),
        earned_minor=call.earned_minor,
    )
    call.settle(minutes, now=now)
    ledger.unclaim(call.caller_id, call.id)
    if call.callee_id is not None:
        ledger.unclaim(call.callee_id, call.id)


def shrink(call: OpenCall, ledger: Ledger, *, now: datetime) -> None:
    """Give back what a settled call was charged too much and was not given back by an operator already.

    The callee's share shrinks with it, as far as it was not paid out.
    """
    minutes = minutes_due(call)
    paid_minor = (call.charge_minor or 0) - call.refunded_minor
    owed_minor = min(paid_minor, minutes * call.price_minor)
    if paid_minor > owed_minor:
        call.refund_count += 1
        share_minor = share_of(owed_minor, share_bp=call.earning_share_bp)
        call.earned_minor -= ledger.refund(
            call.caller_id,
            paid_minor - owed_minor,
            call_id=call.id,
            number=call.refund_count,
            # Its value date is that of the charge, its booking date is today's.
            why=Why(call.ended_at or now),
            earner_id=_earner(call, ledger),
            take_back_minor=max(0, call.earned_minor - share_minor),
        )
    call.refunded_minor = minutes * call.price_minor - owed_minor
    call.settle(minutes, now=now)


def judge(account_id: UUID, ledger: Ledger) -> None:
    """Block the account where what is left cannot pay a minute; end a block whose reason is gone.

    While a minute is held, as where an old call shrinks during another one, the end of that call judges.
    """
    if ledger.wallets[account_id].held_minor or not ledger.block(account_id):
        ledger.unblock(account_id)


def _earner(call: OpenCall, ledger: Ledger) -> UUID | None:
    """Return the callee where a share is theirs, and they have a wallet to put it in."""
    return call.callee_id if call.earning_share_bp and call.callee_id in ledger.wallets else None
