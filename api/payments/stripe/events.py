"""Stripe's events, as much of them as is read here. Fields that no version of its API has named otherwise."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

Name = Annotated[str, Meta(pattern=r"^[!-~]{1,255}\Z")]
"""Of events and objects: printable ASCII."""

UnixSeconds = Annotated[int, Meta(ge=0, le=9_999_999_999)]

SESSION_EVENTS = frozenset({
    "checkout.session.completed",
    "checkout.session.async_payment_succeeded",
    "checkout.session.async_payment_failed",
    "checkout.session.expired",
})  # fmt: skip
ATTEMPT_FAILED = "payment_intent.payment_failed"
REFUND_EVENTS = frozenset({"refund.created", "refund.updated", "refund.failed", "charge.refund.updated"})
DISPUTE_EVENTS = frozenset({"charge.dispute.funds_withdrawn", "charge.dispute.funds_reinstated"})


class EventData(Struct, frozen=True):
    """The object that the event is about, not read yet."""

    object: msgspec.Raw


class StripeEvent(Struct, frozen=True):
    """As much of any event as tells whether and how to read on."""

    id: Name
    type: str
    livemode: bool
    created: UnixSeconds
    data: EventData


class CheckoutSession(Struct, frozen=True):
    """A hosted checkout; `payment_intent` is there once somebody has paid."""

    id: Name
    payment_status: Literal["paid", "unpaid", "no_payment_required"]
    amount_total: int | None = None
    currency: str | None = None
    payment_intent: Name | None = None


class PaymentError(Struct, frozen=True):
    """Why an attempt was refused; the bank's own word, where there is one, is the more exact."""

    code: str | None = None
    decline_code: str | None = None


class PaymentIntent(Struct, frozen=True):
    """The money of a checkout, after an attempt that failed."""

    metadata: dict[str, str] = {}
    last_payment_error: PaymentError | None = None


class Refund(Struct, frozen=True):
    """Money on its way back, ours or made in Stripe's dashboard. Not all are of payment intents."""

    id: Name
    amount: int
    currency: str
    status: str | None
    payment_intent: Name | None = None
    metadata: dict[str, str] | None = None


class Dispute(Struct, frozen=True):
    """Money that a bank had taken away, or given back."""

    id: Name
    amount: int
    currency: str
    payment_intent: Name | None = None
