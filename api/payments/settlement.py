"""What a provider's word does to a payment: once for ever, in one transaction, in whatever order it comes.

pending ──► settled        money came; it also makes settled what had failed or expired
   ├──────► failed         the payer did what was to be done, and no money came of it
   └──────► expired        nobody came in time
Of what has settled, only money that goes back changes anything (`api.payments.returning`).
"""

import logging
from dataclasses import dataclass
from datetime import datetime
from typing import Any, assert_never
from uuid import UUID

from sqlalchemy import Row, Select, bindparam, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from api.payments.crediting import credit
from api.payments.facts import AttemptFailed, CheckoutExpired, Fact, MoneyReturned, Paid, PaymentFailed, ProvenFact
from api.payments.received import Received, kept_fact
from api.payments.returning import take_return
from api.payments.schemas import Outcome
from api.problems import ApiError, ProblemType
from shared.clock import Clock
from shared.database import transaction
from shared.failpoints import Failpoint, failpoint
from shared.models import Payment

logger = logging.getLogger(__name__)


class PaymentMismatchError(ApiError):
    """The provider speaks of another amount or currency than we asked for: nothing is booked."""

    problem_type = ProblemType.PAYMENT_MISMATCH


@dataclass(frozen=True)
class Settlement:
    """Carries out what providers prove."""

    engine: AsyncEngine
    clock: Clock

    async def take(self, provider: str, proven: ProvenFact) -> Outcome:
        """Do what the fact asks for, unless that was done before.

        A payment that is not ours is ignored: another installation may share the provider's account, and an error
        would have the provider send the event for days. Money that goes back is kept, since the confirmation of its
        payment may be on its way. Raises `PaymentMismatchError`.
        """
        async with transaction(self.engine) as connection:
            received = Received(connection, provider, self.clock.now())
            await received.take_turn(proven.fact)
            payment = await _locked(connection, provider, proven.fact)
            if payment is None and not isinstance(proven.fact, MoneyReturned):
                logger.warning("%s event %s is about a payment that is not ours", provider, proven.event_id)
                return "ignored"
            if payment is not None:
                _check(payment, proven)
            if await received.is_known(proven):
                return "repeated"
            if payment is None:
                await received.remember(proven, "kept", payment_id=None)
                return "kept"
            outcome = await _carry_out(received, payment, proven)
            await failpoint(Failpoint.PAYMENT_CARRIED_OUT)
            await received.remember(proven, outcome, payment_id=payment.id)
        await failpoint(Failpoint.PAYMENT_COMMITTED)
        if outcome != "repeated":
            logger.info("payment %s: %s, says %s event %s", payment.id, outcome, provider, proven.event_id)
        return outcome


async def _locked(connection: AsyncConnection, provider: str, fact: Fact) -> Row[Any] | None:
    """The lock on the payment lets one fact about it work at a time."""
    found: tuple[Select[Any], str | UUID]
    match fact:
        case Paid() | CheckoutExpired() | PaymentFailed():
            found = _BY_REF, fact.provider_ref
        case MoneyReturned():
            found = _BY_CHARGE, fact.charge_ref
        case AttemptFailed():
            found = _BY_ID, fact.payment_id
        case _:
            assert_never(fact)
    statement, value = found
    row: Row[Any] | None = (
        await connection.execute(statement, {"of_provider": provider, "value": value})
    ).one_or_none()
    return row


def _check(payment: Row[Any], proven: ProvenFact) -> None:
    """Compare with what we asked for; of what goes back, any part may be named."""
    match proven.fact:
        case Paid(amount_minor=amount_minor, currency=currency):
            said: Any = (amount_minor, currency)
            asked: Any = (payment.amount_minor, payment.currency)
        case MoneyReturned(currency=currency):
            asked, said = payment.currency, currency
        case _:
            return
    if asked != said:
        logger.error("payment %s asked for %s, event %s says %s", payment.id, asked, proven.event_id, said)
        raise PaymentMismatchError


async def _carry_out(received: Received, payment: Row[Any], proven: ProvenFact) -> Outcome:
    fact, now = proven.fact, received.now
    occurred_at = min(proven.occurred_at or now, now)
    connection = received.connection
    match fact:
        case Paid():
            return await _settle(received, payment, fact, occurred_at)
        case CheckoutExpired() if payment.status == "pending":
            await connection.execute(_END, {"payment_id": payment.id, "to": "expired", "now": now, "why": None})
            return "expired"
        case PaymentFailed() if payment.status == "pending":
            why = fact.failure or payment.failure or "declined"
            await connection.execute(_END, {"payment_id": payment.id, "to": "failed", "now": now, "why": why})
            return "failed"
        case AttemptFailed() if payment.status != "settled" and payment.failure != fact.failure:
            await connection.execute(_NOTE, {"payment_id": payment.id, "why": fact.failure})
            return "noted"
        case MoneyReturned():
            return await take_return(connection, payment, fact, now=now, occurred_at=occurred_at)
        case CheckoutExpired() | PaymentFailed() | AttemptFailed():
            return "repeated"
        case _:
            assert_never(fact)


async def _settle(received: Received, payment: Row[Any], fact: Paid, occurred_at: datetime) -> Outcome:
    if payment.status == "settled":
        return "repeated"
    connection, now = received.connection, received.now
    settled = {"payment_id": payment.id, "now": occurred_at, "charge_ref": fact.charge_ref}
    row = (await connection.execute(_SETTLE, settled)).one()
    await failpoint(Failpoint.PAYMENT_SETTLED)
    await credit(connection, row, now=now)
    for event in await received.kept(fact.charge_ref):
        row = (await connection.execute(_BY_ID, {"of_provider": received.provider, "value": payment.id})).one()
        returned, event_at = kept_fact(event), event.received_at
        if returned.currency != row.currency:
            logger.error("payment %s is in %s, what was kept in %s", row.id, row.currency, returned.currency)
            continue
        outcome = await take_return(connection, row, returned, now=now, occurred_at=event_at)
        await received.carried_out(event.event_id, outcome, payment_id=payment.id)
    return "settled"


# Made once: to build a statement costs about as much as to run it.
def _locking(column: Any) -> Select[Any]:
    return (
        select(*Payment.__table__.columns)
        .where(Payment.provider == bindparam("of_provider"), column == bindparam("value"))
        .with_for_update()
    )


_BY_REF = _locking(Payment.provider_ref)
_BY_CHARGE = _locking(Payment.provider_charge_ref)
_BY_ID = _locking(Payment.id)
_SETTLE = (
    update(Payment)
    .where(Payment.id == bindparam("payment_id"))
    .values(
        status="settled",
        settled_at=bindparam("now"),
        provider_charge_ref=bindparam("charge_ref"),
        ended_at=None,
        failure=None,
    )
    .returning(*Payment.__table__.columns)
)
_END = (
    update(Payment)
    .where(Payment.id == bindparam("payment_id"))
    .values(status=bindparam("to"), ended_at=bindparam("now"), failure=bindparam("why"))
)
_NOTE = update(Payment).where(Payment.id == bindparam("payment_id")).values(failure=bindparam("why"))
