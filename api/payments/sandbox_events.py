"""What the sandbox provider says, in its own words. Events of other types may follow; they are none of ours."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

PAID = "checkout.paid"
DECLINED = "checkout.declined"
EXPIRED = "checkout.expired"
REFUNDED = "refund.updated"

Name = Annotated[str, Meta(pattern=r"^[!-~]{1,255}\Z")]
"""Of events, checkouts and refunds: printable ASCII."""


class PaidCheckout(Struct, frozen=True):
    """A checkout that was paid."""

    provider_ref: Name
    amount_minor: int
    currency: str


class SandboxEvent(Struct, frozen=True):
    """The webhook's body for a checkout that was paid."""

    id: Name
    type: str
    data: PaidCheckout


class EndedCheckout(Struct, frozen=True):
    """A checkout that nothing came of."""

    provider_ref: Name


class CheckoutEvent(Struct, frozen=True):
    """The webhook's body for that."""

    id: Name
    type: str
    data: EndedCheckout


class DoneRefund(Struct, frozen=True, kw_only=True):
    """Money that went back; without our id for it, as somebody might refund in a provider's own pages."""

    refund_ref: Name
    charge_ref: Name
    amount_minor: int
    currency: str
    refund_id: str | None = None
    status: Literal["pending", "succeeded", "failed"] = "succeeded"


class RefundEvent(Struct, frozen=True):
    """The webhook's body for that."""

    id: Name
    type: str
    data: DoneRefund


class AnyEvent(Struct, frozen=True):
    """As much of any event as tells whether to read on."""

    id: Name
    type: str
