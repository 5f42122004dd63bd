"""The money of ended calls. Pure, over locked wallets.

An ended call's holds become one charge. Later words may only make it smaller, by a refund.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from billing_worker.calls import OpenCall
from shared.ledger import Ledger
from shared.money import minutes_of


def minutes_due(call: OpenCall, *, minute_ms: int) -> int:
    """Return the minutes to be paid of an ended call: never more than were held."""
    return min(minutes_of(call.talk_ms or 0, minute_ms=minute_ms), call.minutes_held)


def is_due(call: OpenCall, *, minute_ms: int) -> bool:
    """Whether the call's money is to be moved: it ended, and was not settled or shrank since."""
    if call.talk_ms is None:
        return False
    return call.minutes is None or minutes_due(call, minute_ms=minute_ms) < call.minutes


def charge(call: OpenCall, ledger: Ledger, *, minute_ms: int, now: datetime) -> None:
    """Turn the holds of an ended call into its charge, give back the rest, and let both parties go."""
    minutes = minutes_due(call, minute_ms=minute_ms)
    ledger.release(call.caller_id, call.minutes_held * call.price_minor)
    ledger.charge(call.caller_id, minutes * call.price_minor, call_id=call.id)
    call.settle(minutes, now=now)
    ledger.unclaim(call.caller_id, call.id)
    if call.callee_id is not None:
        ledger.unclaim(call.callee_id, call.id)


def shrink(call: OpenCall, ledger: Ledger, refunds: Mapping[UUID, int], *, minute_ms: int, now: datetime) -> None:
    """Give back what a settled call was charged too much; `refunds` counts those it had before."""
    minutes = minutes_due(call, minute_ms=minute_ms)
    too_much_minor = (call.charge_minor or 0) - minutes * call.price_minor
    if too_much_minor:
        number = refunds.get(call.id, 0) + 1
        ledger.refund(call.caller_id, too_much_minor, call_id=call.id, number=number)
    call.settle(minutes, now=now)


def judge(account_id: UUID, ledger: Ledger) -> None:
    """Block the account where what is left cannot pay a minute; end a block whose reason is gone."""
    if not ledger.block(account_id):
        ledger.unblock(account_id)
