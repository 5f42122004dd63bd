"""Money of a payment that goes back: what it does to the wallet, and what the provider's word makes of it.

A refund is requested, then succeeds or fails; `failed` overrules whatever was said before or comes later. What an
operator asks for leaves the wallet first, all of it, and then the provider is asked. What a provider gives back or
a bank takes by itself has left already: the wallet gives what is still there, and the house bears the rest.
"""

import logging
from datetime import datetime
from typing import Any, Literal, NamedTuple

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from api.payments.facts import MoneyReturned
from api.payments.refund_booking import ComingBack, Leaving, book_back, book_leaving
from api.payments.refund_rows import add_refund, find_refund, finish_refund, name_refund, next_number, owed_back
from api.payments.schemas import Outcome
from shared.ids import new_id
from shared.ledger.posting import Why

RefundStatus = Literal["pending", "succeeded", "failed"]
REASONS = {"refund": "refunded in the provider's own pages", "dispute": "disputed with the payer's bank"}

logger = logging.getLogger(__name__)


class Said(NamedTuple):
    """What the provider says of a refund, and when."""

    status: RefundStatus
    now: datetime
    occurred_at: datetime
    refund_ref: str | None = None
    failure: str | None = None


async def take_return(
    connection: AsyncConnection, payment: Row[Any], fact: MoneyReturned, *, now: datetime, occurred_at: datetime
) -> Outcome:
    """Carry out what the provider says of money that goes back; the payment is locked and settled."""
    refund = await find_refund(connection, payment.id, refund_id=fact.refund_id, refund_ref=fact.return_ref)
    if refund is None:
        return await _of_the_provider(connection, payment, fact, now=now, occurred_at=occurred_at)
    if refund.amount_minor != fact.amount_minor:
        # A part of a dispute, it may be. Nobody but a person can tell what is right then.
        logger.error(
            "refund %s of payment %s is of %d, the provider says %d (%s): nothing is booked, see to it",
            refund.id, payment.id, refund.amount_minor, fact.amount_minor, fact.status,
        )  # fmt: skip
        return "ignored"
    return await advance(connection, payment, refund, Said(fact.status, now, occurred_at, fact.return_ref))


async def advance(connection: AsyncConnection, payment: Row[Any], refund: Row[Any], said: Said) -> Outcome:
    """Bring a refund that we know further; the payment is locked."""
    if refund.status == "failed" and said.status == "succeeded":
        # Late news, as a rule. If it is not, only a person can tell.
        logger.warning("refund %s of payment %s had failed and is said to be done", refund.id, payment.id)
    if refund.status == "failed" or (refund.status == "succeeded" and said.status != "failed"):
        return "repeated"
    if said.status == "pending":
        if said.refund_ref is None or refund.provider_ref is not None:
            return "repeated"
        await name_refund(connection, refund, said.refund_ref)
        return "noted"
    if said.status == "succeeded":
        await finish_refund(connection, refund, said.status, now=said.now, refund_ref=said.refund_ref)
        return "refunded"
    given_minor = await owed_back(connection, payment, refund)
    await finish_refund(
        connection,
        refund,
        said.status,
        now=said.now,
        refund_ref=said.refund_ref,
        failure=said.failure,
        given_back_minor=given_minor,
    )
    back = ComingBack(said.occurred_at, given_minor, said.refund_ref)
    await book_back(connection, payment, refund, back, now=said.now)
    return "restored"


async def _of_the_provider(
    connection: AsyncConnection, payment: Row[Any], fact: MoneyReturned, *, now: datetime, occurred_at: datetime
) -> Outcome:
    leaving = Leaving(new_id(), await next_number(connection, payment.id), fact.amount_minor, fact.return_ref)
    taken_minor = 0
    if fact.status != "failed":
        why = Why(occurred_at, REASONS[fact.cause])
        left_minor = payment.amount_minor - payment.refunded_minor
        taken_minor = await book_leaving(connection, payment, leaving, why=why, now=now, take_minor_max=left_minor)
        if lost_minor := fact.amount_minor - taken_minor:
            logger.warning(
                "payment %s: of %d that went back %d were spent", payment.id, fact.amount_minor, lost_minor
            )
    # What failed before it was heard of is written down too: whatever is said of it later comes too late.
    await add_refund(
        connection,
        id=leaving.refund_id,
        payment_id=payment.id,
        number=leaving.number,
        amount_minor=fact.amount_minor,
        taken_minor=taken_minor,
        status="requested" if fact.status == "pending" else fact.status,
        provider_ref=fact.return_ref,
        origin="provider",
        reason=REASONS[fact.cause],
        created_at=now,
        ask_again_at=now if fact.status == "pending" else None,
        finished_at=None if fact.status == "pending" else now,
    )
    return "noted" if fact.status == "failed" else "refunded"
