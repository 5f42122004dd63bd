"""What payments look like from outside."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from msgspec import Struct

from api.payments.facts import Failure
from shared.money import AmountMinor

PaymentStatus = Literal["pending", "settled", "failed", "expired"]
Outcome = Literal["settled", "failed", "expired", "noted", "refunded", "restored", "kept", "repeated", "ignored"]


class NewPayment(Struct, frozen=True, forbid_unknown_fields=True):
    """A top-up to be paid, in minor units of the installation's currency, which also limits a single one."""

    amount_minor: AmountMinor


class PaymentView(Struct, frozen=True, kw_only=True):
    """A payment; pending until the provider confirms it, or says that nothing will come of it.

    It is paid at `checkout_url`. `failure` says why money could not be taken, on the last attempt where there may
    be another. `refunded_minor` of it went back to the payer, or is on the way.
    """

    id: UUID
    amount_minor: int
    currency: str
    status: PaymentStatus
    provider: str
    checkout_url: str | None
    created_at: datetime
    settled_at: datetime | None
    ended_at: datetime | None
    failure: Failure | None
    refunded_minor: int


class WebhookAnswer(Struct, frozen=True):
    """What became of a provider's event; each of these tells the provider not to send it again."""

    outcome: Outcome
