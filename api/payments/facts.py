"""What a provider's webhook can prove, whichever provider it is.

Facts arrive in any order and any number of times. None of them is believed about amounts: these are compared with
what we asked for.
"""

from datetime import datetime
from typing import Literal
from uuid import UUID

from msgspec import Struct

Failure = Literal["declined", "insufficient_funds", "authentication_failed", "method_unusable", "provider_error"]
"""Why money could not be taken, in as many words as the payer can do something about."""


class Paid(Struct, frozen=True, kw_only=True, tag="paid", tag_field="fact"):
    """The checkout was paid. `charge_ref` is the provider's name for the money, by which it may be given back."""

    provider_ref: str
    amount_minor: int
    currency: str
    charge_ref: str


class CheckoutExpired(Struct, frozen=True, kw_only=True, tag="checkout_expired", tag_field="fact"):
    """The checkout was left alone for too long; nobody can pay there any more."""

    provider_ref: str


class PaymentFailed(Struct, frozen=True, kw_only=True, tag="payment_failed", tag_field="fact"):
    """The payer did what was to be done, and no money came of it."""

    provider_ref: str
    failure: Failure | None = None


class AttemptFailed(Struct, frozen=True, kw_only=True, tag="attempt_failed", tag_field="fact"):
    """One way of paying was refused; at the same checkout another may do."""

    payment_id: UUID
    failure: Failure


class MoneyReturned(Struct, frozen=True, kw_only=True, tag="money_returned", tag_field="fact"):
    """The provider gives the payer money back or, at a bank's word, had it taken away.

    `succeeded` is done, `pending` on its way. `failed` means that the provider has the money after all: of a refund
    that could not be delivered, or of a dispute that was won; it overrules the others, whenever it comes.
    `refund_id` is ours where we asked for it.
    """

    charge_ref: str
    return_ref: str
    refund_id: UUID | None
    amount_minor: int
    currency: str
    status: Literal["pending", "succeeded", "failed"]
    cause: Literal["refund", "dispute"]


Fact = Paid | CheckoutExpired | PaymentFailed | AttemptFailed | MoneyReturned


class ProvenFact(Struct, frozen=True):
    """A fact that is proven to be the provider's word, with the provider's own id for having said so, and when."""

    event_id: str
    fact: Fact
    occurred_at: datetime | None = None
