"""Stripe's webhook: reads the fact in an event that is proven."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Literal, TypeVar
from uuid import UUID

import msgspec

from api.payments.facts import (
    AttemptFailed,
    CheckoutExpired,
    Fact,
    MoneyReturned,
    Paid,
    PaymentFailed,
    ProvenFact,
)
from api.payments.stripe import events
from api.payments.stripe.amounts import AmountNotExpressibleError, from_stripe
from api.payments.stripe.failures import failure_of
from api.problems import MalformedRequestError

_DONE: dict[str | None, Literal["succeeded", "failed"]] = {
    "succeeded": "succeeded",
    "failed": "failed",
    "canceled": "failed",
}

T = TypeVar("T")


def read(body: bytes, *, is_live: bool) -> ProvenFact | None:
    """Return what a proven body says, None where it is none of ours. Raises `MalformedRequestError`."""
    try:
        event = msgspec.json.decode(body, type=events.StripeEvent)
        # One account of Stripe's has two worlds; the other one's money is no money here.
        fact = _fact(event) if event.livemode is is_live else None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, AmountNotExpressibleError) as error:
        raise MalformedRequestError("The body is no event that can be read.") from error
    return None if fact is None else ProvenFact(event.id, fact, datetime.fromtimestamp(event.created, UTC))


def _fact(event: events.StripeEvent) -> Fact | None:
    if event.type in events.SESSION_EVENTS:
        return _of_session(event.type, _decoded(event, events.CheckoutSession))
    if event.type == events.ATTEMPT_FAILED:
        return _of_attempt(_decoded(event, events.PaymentIntent))
    if event.type in events.REFUND_EVENTS:
        return _of_refund(_decoded(event, events.Refund))
    if event.type in events.DISPUTE_EVENTS:
        return _of_dispute(event.type, _decoded(event, events.Dispute))
    return None


def _of_session(kind: str, session: events.CheckoutSession) -> Fact | None:
    if kind == "checkout.session.expired":
        return CheckoutExpired(provider_ref=session.id)
    if kind == "checkout.session.async_payment_failed":
        return PaymentFailed(provider_ref=session.id)
    # Completed means that the payer is through; a bank may still take days, and then the other event comes.
    # Sessions that nothing is paid at, or in another mode, are not made by us.
    if session.payment_status != "paid" or session.payment_intent is None:
        return None
    if session.amount_total is None or session.currency is None:
        return None
    currency = session.currency.upper()
    return Paid(
        provider_ref=session.id,
        amount_minor=from_stripe(session.amount_total, currency),
        currency=currency,
        charge_ref=session.payment_intent,
    )


def _of_attempt(intent: events.PaymentIntent) -> Fact | None:
    payment_id = uuid_in(intent.metadata, "payment_id")
    if payment_id is None:
        return None
    return AttemptFailed(payment_id=payment_id, failure=failure_of(intent.last_payment_error))


def _of_refund(refund: events.Refund) -> Fact | None:
    if refund.payment_intent is None:
        return None
    currency = refund.currency.upper()
    return MoneyReturned(
        charge_ref=refund.payment_intent,
        return_ref=refund.id,
        refund_id=uuid_in(refund.metadata or {}, "refund_id"),
        amount_minor=from_stripe(refund.amount, currency),
        currency=currency,
        status=status_of(refund.status),
        cause="refund",
    )


def _of_dispute(kind: str, dispute: events.Dispute) -> Fact | None:
    if dispute.payment_intent is None:
        return None
    currency = dispute.currency.upper()
    return MoneyReturned(
        charge_ref=dispute.payment_intent,
        return_ref=dispute.id,
        refund_id=None,
        amount_minor=from_stripe(dispute.amount, currency),
        currency=currency,
        status="failed" if kind == "charge.dispute.funds_reinstated" else "succeeded",
        cause="dispute",
    )


def status_of(refund_status: str | None) -> Literal["pending", "succeeded", "failed"]:
    """Return a refund's status in our words: whatever is not done is on its way."""
    return _DONE.get(refund_status, "pending")


def uuid_in(metadata: Mapping[str, str], name: str) -> UUID | None:
    """Return an id that we gave to one of Stripe's objects; others write there what they like."""
    try:
        return UUID(metadata[name])
    except (KeyError, ValueError):
        return None


def _decoded(event: events.StripeEvent, kind: type[T]) -> T:
    return msgspec.json.decode(event.data.object, type=kind)
