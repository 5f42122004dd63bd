"""What goes back to payers, as operators ask for it and see it."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from msgspec import Struct

from api.operators.reasons import Reason
from shared.money import AmountMinor

RefundStatus = Literal["requested", "succeeded", "failed"]
RefundOrigin = Literal["operator", "provider"]


class NewPaymentRefund(Struct, frozen=True, forbid_unknown_fields=True):
    """What shall go back to the payer: never more than was paid less what went back already."""

    amount_minor: AmountMinor
    reason: Reason


class PaymentRefundView(Struct, frozen=True, kw_only=True):
    """Money of a payment on its way back: requested until the provider has done it, or has failed to.

    `taken_minor` of it left the wallet. It is less than all where the provider gave it back by itself, or a bank
    took it, and some was spent already; that is the house's loss. What failed is in the wallet again; `failure` is
    the provider's own word for why.
    """

    id: UUID
    payment_id: UUID
    amount_minor: int
    taken_minor: int
    currency: str
    status: RefundStatus
    origin: RefundOrigin
    reason: str
    actor_id: UUID | None
    actor_name: str | None
    failure: str | None
    created_at: datetime
    finished_at: datetime | None


class PaymentRefunds(Struct, frozen=True):
    """All that went back of one payment, newest first, and how much more may."""

    items: list[PaymentRefundView]
    refundable_minor: int
    currency: str
