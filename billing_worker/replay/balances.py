"""What operators and leaving people did to money, in a replay: booked again under the name that it had."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncConnection

from billing_worker.calls import Calls
from billing_worker.replay.refusing import ReplayRefusedError
from billing_worker.settlement.charging import judge
from shared.ledger import Ledger
from shared.ledger.posting import Why
from shared.messages.events import BalanceAdjusted, BalanceForfeited, CallRefunded, PayoutRecorded


def adjust(event: BalanceAdjusted, ledger: Ledger) -> None:
    """Give or take what an operator gave or took. Raises `InsufficientFundsError`."""
    why = Why(event.adjusted_at, event.reason, event.actor_id)
    ledger.adjust(event.account_id, event.amount_minor, adjustment_id=event.adjustment_id, why=why)
    judge(event.account_id, ledger)


def forfeit(event: BalanceForfeited, ledger: Ledger) -> None:
    """Take what somebody left behind, where it is neither more nor less. Raises `ReplayRefusedError`."""
    wallet = ledger.wallets[event.account_id]
    if wallet.held_minor or wallet.balance_minor != event.amount_minor:
        raise ReplayRefusedError(
            f"another balance: {event.amount_minor} were left behind, {wallet.balance_minor} are there,"
            f" {wallet.held_minor} of them held"
        )
    ledger.forfeit(event.account_id, occurred_at=event.forfeited_at)


def pay_out(event: PayoutRecorded, ledger: Ledger) -> None:
    """Take earnings that were paid out. Raises `InsufficientFundsError`."""
    why = Why(event.paid_at, event.reference, event.actor_id)
    ledger.pay_out(event.account_id, event.amount_minor, payout_id=event.payout_id, why=why)


async def refund_call(connection: AsyncConnection, event: CallRefunded, ledger: Ledger) -> None:
    """Give back what an operator gave back of a charge. Raises `ReplayRefusedError`."""
    calls = await Calls.open(connection, [event.call_id])
    call = calls.rows.get(event.call_id)
    if call is None or call.settled_at is None:
        raise ReplayRefusedError(f"unsettled call: {event.call_id}")
    if call.refunded_minor + event.amount_minor > (call.charge_minor or 0):
        raise ReplayRefusedError(f"more than was charged: for {event.call_id}")
    earner = ledger.wallets.get(call.callee_id) if call.callee_id else None
    if event.taken_back_minor and (earner is None or earner.earned_minor < event.taken_back_minor):
        raise ReplayRefusedError(f"no money for it: the callee had earned {event.taken_back_minor}")
    # Its old number may be that of a correction here, or of another refund since the restore.
    number = max(event.number, call.refund_count + 1)
    taken_minor = ledger.refund(
        call.caller_id,
        event.amount_minor,
        call_id=call.id,
        number=number,
        why=Why(event.refunded_at, event.reason, event.actor_id),
        earner_id=call.callee_id if event.taken_back_minor else None,
        take_back_minor=event.taken_back_minor,
    )
    call.earned_minor -= taken_minor
    call.refunded_minor += event.amount_minor
    call.refund_count = number
    call.changed = True
    await calls.save()
    ledger.unblock(call.caller_id)
