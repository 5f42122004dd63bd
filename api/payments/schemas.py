"""What payments look like from outside."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from msgspec import Struct

from shared.money import AmountMinor

PaymentStatus = Literal["pending", "settled", "failed"]


class NewPayment(Struct, frozen=True, forbid_unknown_fields=True):
    """A top-up to be paid, in minor units of the installation's currency, which also limits a single one."""

    amount_minor: AmountMinor


class PaymentView(Struct, frozen=True, kw_only=True):
    """A payment; pending until the provider confirms it. It is paid at `checkout_url`."""

    id: UUID
    amount_minor: int
    currency: str
    status: PaymentStatus
    provider: str
    checkout_url: str | None
    created_at: datetime
    settled_at: datetime | None


class WebhookAnswer(Struct, frozen=True):
    """What became of a provider's event; each of these tells the provider not to send it again."""

    outcome: Literal["settled", "repeated", "ignored"]
