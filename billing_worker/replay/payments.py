"""Payments in a replay: their rows and top-ups, and money of theirs that went back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import bindparam, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.ext.asyncio import AsyncConnection

from billing_worker.replay.refusing import ReplayRefusedError
from shared.ledger import Ledger
from shared.ledger.posting import Why
from shared.messages.events import PaymentRefunded, PaymentSettled
from shared.models import Account, Payment, PaymentRefund

ASKED_BEFORE = timedelta(seconds=1)
"""A refund that is due later than it was made was asked for: it is looked for before it is asked for again."""


async def settle_payment(connection: AsyncConnection, event: PaymentSettled, ledger: Ledger) -> None:
    """Have the payment settled and its money in the wallet. Raises `ReplayRefusedError`."""
    row = (await connection.execute(_LOCKED, {"of_payment": event.payment_id})).one_or_none()
    if row is not None and (row.account_id, row.amount_minor) != (event.account_id, event.amount_minor):
        raise ReplayRefusedError(f"another payment: {event.payment_id} is of somebody else, or of another amount")
    settled = {
        "status": "settled",
        "settled_at": event.settled_at,
        "provider_ref": event.provider_ref,
        "provider_charge_ref": event.provider_charge_ref,
        "ended_at": None,
        "failure": None,
    }
    if row is None:
        await connection.execute(
            insert(Payment).values(
                id=event.payment_id,
                account_id=event.account_id,
                amount_minor=event.amount_minor,
                currency=event.currency,
                provider=event.provider,
                created_at=event.created_at or event.settled_at,
                **settled,
            )
        )
    else:
        await connection.execute(update(Payment).where(Payment.id == event.payment_id).values(**settled))
    ledger.top_up(event.account_id, event.amount_minor, payment_id=event.payment_id, occurred_at=event.settled_at)
    ledger.unblock(event.account_id)


async def refund_payment(connection: AsyncConnection, event: PaymentRefunded, ledger: Ledger) -> None:
    """Have the money gone back that went back, or come again that did not arrive. Raises `ReplayRefusedError`."""
    row = (await connection.execute(_LOCKED, {"of_payment": event.payment_id})).one_or_none()
    if row is None or row.status != "settled":
        raise ReplayRefusedError(f"unsettled payment: {event.payment_id}")
    why = Why(event.refunded_at, event.reason or None, event.actor_id)
    if event.failed:
        await _book_back(connection, event, ledger, why)
    else:
        taken_minor = ledger.refund_payment(
            event.account_id,
            event.amount_minor,
            payment_id=event.payment_id,
            number=event.number,
            take_minor_max=event.taken_minor,
            why=why,
        )
        if taken_minor < event.taken_minor:
            raise ReplayRefusedError(f"no money for it: {event.taken_minor} left the wallet, {taken_minor} there")
        await connection.execute(_ADD, await _refund_row(connection, event))
    await connection.execute(_COUNT, {"of_payment": event.payment_id})


async def _book_back(connection: AsyncConnection, event: PaymentRefunded, ledger: Ledger, why: Why) -> None:
    failed = {
        "of_payment": event.payment_id,
        "of_number": event.number,
        "at": event.refunded_at,
        "given": event.taken_minor,
    }
    found = await connection.execute(_FAIL, failed)
    if not found.rowcount:
        raise ReplayRefusedError(f"unknown refund: number {event.number} of payment {event.payment_id}")
    ledger.return_payment_refund(
        event.account_id,
        event.amount_minor,
        payment_id=event.payment_id,
        number=event.number,
        taken_minor=event.taken_minor,
        why=why,
    )
    ledger.unblock(event.account_id)


async def _refund_row(connection: AsyncConnection, event: PaymentRefunded) -> dict[str, Any]:
    """The refund as done, unless the provider can be asked for it under its id, which gives nothing back twice."""
    actor = event.actor_id
    is_done = actor is None or event.refund_id is None
    return {
        "id": event.refund_id or uuid5(event.payment_id, str(event.number)),
        "payment_id": event.payment_id,
        "number": event.number,
        "amount_minor": event.amount_minor,
        "taken_minor": event.taken_minor,
        "status": "succeeded" if is_done else "requested",
        "provider_ref": event.refund_ref,
        "origin": "provider" if actor is None else "operator",
        "reason": event.reason,
        "actor_id": actor,
        "actor_name": None if actor is None else await _name_of(connection, actor),
        "created_at": event.refunded_at,
        "ask_again_at": None if is_done else event.refunded_at + ASKED_BEFORE,
        "finished_at": event.refunded_at if is_done else None,
    }


async def _name_of(connection: AsyncConnection, account_id: UUID) -> str | None:
    name: str | None = await connection.scalar(_NAME, {"account_id": account_id})
    return name


_LOCKED = select(*Payment.__table__.columns).where(Payment.id == bindparam("of_payment")).with_for_update()
_NAME = select(Account.user_name).where(Account.id == bindparam("account_id"))
_ADD = postgresql_insert(PaymentRefund).on_conflict_do_nothing(index_elements=["payment_id", "number"])
_FAIL = (
    update(PaymentRefund)
    .where(PaymentRefund.payment_id == bindparam("of_payment"), PaymentRefund.number == bindparam("of_number"))
    .values(status="failed", finished_at=bindparam("at"), given_back_minor=bindparam("given"), ask_again_at=None)
)
_GONE_BACK = (
    select(func.coalesce(func.sum(PaymentRefund.amount_minor), 0))
    .where(PaymentRefund.payment_id == Payment.id, PaymentRefund.status != "failed")
    .correlate(Payment)
    .scalar_subquery()
)
_COUNT = (
    update(Payment)
    .where(Payment.id == bindparam("of_payment"))
    .values(refunded_minor=func.least(Payment.amount_minor, _GONE_BACK))
)
