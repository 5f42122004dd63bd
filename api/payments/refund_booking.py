"""Refunds in the ledger, and what devices and the log of all events are told of them."""

from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from api.operators.money.judging import judge
from api.operators.money.telling import money_changed
from shared.ids import new_id
from shared.ledger import Ledger
from shared.ledger.posting import Why
from shared.messages.events import PaymentRefunded
from shared.outbox import store


class Leaving(NamedTuple):
    """Money that is about to go back, as the payment's refund number so and so."""

    refund_id: UUID
    number: int
    amount_minor: int
    refund_ref: str | None = None


async def book_leaving(
    connection: AsyncConnection,
    payment: Row[Any],
    leaving: Leaving,
    *,
    why: Why,
    now: datetime,
    take_minor_max: int | None = None,
) -> int:
    """Take the money out of the wallet and tell; return how much of it left the wallet.

    Raises `shared.ledger.InsufficientFundsError` where all of it must leave and is not available.
    """
    account_id = payment.account_id
    ledger = await Ledger.open(connection, [account_id], now=now)
    wallet = ledger.wallets[account_id]
    was_blocked, could_pay = wallet.is_blocked, wallet.can_pay_a_minute
    taken_minor = ledger.refund_payment(
        account_id,
        leaving.amount_minor,
        payment_id=payment.id,
        number=leaving.number,
        take_minor_max=take_minor_max,
        why=why,
    )
    judge(ledger, account_id, could_pay=could_pay)
    await ledger.save()
    told = PaymentRefunded(
        event_id=new_id(),
        payment_id=payment.id,
        account_id=account_id,
        number=leaving.number,
        amount_minor=leaving.amount_minor,
        taken_minor=taken_minor,
        failed=False,
        currency=payment.currency,
        reason=why.reason or "",
        actor_id=why.actor_id,
        refunded_at=why.occurred_at,
        refund_id=leaving.refund_id,
        refund_ref=leaving.refund_ref,
    )
    await store(connection, [told, *money_changed(wallet, payment.currency, was_blocked=was_blocked)])
    return taken_minor


class ComingBack(NamedTuple):
    """Money that did not reach the payer: so much of it is the wallet's, the rest makes good the house's loss."""

    occurred_at: datetime
    given_minor: int
    refund_ref: str | None = None


async def book_back(
    connection: AsyncConnection, payment: Row[Any], refund: Row[Any], back: ComingBack, *, now: datetime
) -> None:
    """Put back what did not reach the payer, and tell."""
    account_id = payment.account_id
    ledger = await Ledger.open(connection, [account_id], now=now)
    wallet = ledger.wallets[account_id]
    was_blocked, why = wallet.is_blocked, Why(back.occurred_at, refund.reason, refund.actor_id)
    ledger.return_payment_refund(
        account_id,
        refund.amount_minor,
        payment_id=payment.id,
        number=refund.number,
        taken_minor=back.given_minor,
        why=why,
    )
    ledger.unblock(account_id)
    await ledger.save()
    told = PaymentRefunded(
        event_id=new_id(),
        payment_id=payment.id,
        account_id=account_id,
        number=refund.number,
        amount_minor=refund.amount_minor,
        taken_minor=back.given_minor,
        failed=True,
        currency=payment.currency,
        reason=refund.reason,
        actor_id=refund.actor_id,
        refunded_at=back.occurred_at,
        refund_id=refund.id,
        refund_ref=back.refund_ref or refund.provider_ref,
    )
    await store(connection, [told, *money_changed(wallet, payment.currency, was_blocked=was_blocked)])
