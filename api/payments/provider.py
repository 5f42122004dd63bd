"""What a payment provider must be able to do; the sandbox is one, Stripe another.

ProviderUnavailableError     nobody knows what became of it; the same may be asked again
RefusedByProviderError       the provider understood, and will not do it
└── AmountRefusedError       since it takes no such amount
"""

from collections.abc import Mapping
from typing import Literal, Protocol
from uuid import UUID

from msgspec import Struct

from api.payments.facts import ProvenFact
from api.problems import ApiError, ProblemType
from shared.settings import Settings


class SignatureRefusedError(ApiError):
    """The webhook is not signed by the provider, or not lately; which of them is nobody's business."""

    problem_type = ProblemType.SIGNATURE_REFUSED


class ProviderUnavailableError(Exception):
    """The provider cannot be reached or cannot serve now. It may have carried out what it was asked."""


class RefusedByProviderError(Exception):
    """The provider will not do this, also not later; `code` is its own word for why."""

    def __init__(self, code: str) -> None:
        super().__init__(f"the provider refuses: {code}")
        self.code = code


class AmountRefusedError(RefusedByProviderError):
    """Too small, too large, or not to be said in the provider's units."""


class Order(Struct, frozen=True):
    """What is to be paid; the id is the provider's idempotency key too."""

    payment_id: UUID
    amount_minor: int
    currency: str


class Checkout(Struct, frozen=True):
    """Where it is paid, and the provider's own name for it, unique and not to be guessed."""

    provider_ref: str
    url: str


class RefundOrder(Struct, frozen=True, kw_only=True):
    """What is to be given back; the id is the provider's idempotency key too.

    `refund_ref` is the provider's own name for it, where it has told us one; `is_repeated` says that it may have
    been asked before.
    """

    refund_id: UUID
    payment_id: UUID
    charge_ref: str
    amount_minor: int
    currency: str
    refund_ref: str | None = None
    is_repeated: bool = False


class RefundOutcome(Struct, frozen=True):
    """What became of it so far; where it is pending, a webhook will tell more."""

    refund_ref: str
    status: Literal["pending", "succeeded", "failed"]


class PaymentProvider(Protocol):
    """Takes people's money and gives it back, and tells us so, later, by webhook.

    Whatever goes over the network is asked outside of any transaction, and can be asked again: the same order never
    makes two checkouts, the same refund never gives back twice.
    """

    @property
    def name(self) -> str:
        """Return the name in the webhook's path and in our records."""

    async def create_checkout(self, order: Order) -> Checkout:
        """Open a checkout. Raises `ProviderUnavailableError`, `RefusedByProviderError`."""

    async def refund(self, order: RefundOrder) -> RefundOutcome:
        """Give back, or see what became of it. Raises `ProviderUnavailableError`, `RefusedByProviderError`."""

    def read_webhook(self, body: bytes, headers: Mapping[str, str]) -> ProvenFact | None:
        """Verify the raw body and return what it proves, None for events about something else.

        Raises `SignatureRefusedError`, `api.problems.MalformedRequestError`.
        """

    def take_secrets(self, settings: Settings) -> None:
        """Go on with the keys and secrets of these settings."""

    async def close(self) -> None:
        """Let go of connections."""
