"""What a payment provider must be able to do; the sandbox is one, real ones will be others."""

from collections.abc import Mapping
from typing import Protocol
from uuid import UUID

from msgspec import Struct

from api.problems import ApiError, ProblemType


class SignatureRefusedError(ApiError):
    """The webhook is not signed by the provider, or not lately; which of them is nobody's business."""

    problem_type = ProblemType.SIGNATURE_REFUSED


class ProviderUnavailableError(Exception):
    """The provider cannot be reached or cannot serve now."""


class Order(Struct, frozen=True):
    """What is to be paid; the id is the provider's idempotency key too."""

    payment_id: UUID
    amount_minor: int
    currency: str


class Checkout(Struct, frozen=True):
    """Where it is paid, and the provider's own name for it, unique and not to be guessed."""

    provider_ref: str
    url: str


class Confirmation(Struct, frozen=True):
    """The provider's word that a checkout was paid, already proven to be the provider's."""

    event_id: str
    provider_ref: str
    amount_minor: int
    currency: str


class PaymentProvider(Protocol):
    """Takes people's money and tells us so, later, by webhook."""

    @property
    def name(self) -> str:
        """Return the name in the webhook's path and in our records."""

    async def create_checkout(self, order: Order) -> Checkout:
        """Open a checkout; a network call, never made inside a transaction. Raises `ProviderUnavailableError`."""

    def read_webhook(self, body: bytes, headers: Mapping[str, str]) -> Confirmation | None:
        """Verify the raw body and return what it confirms, None for events about something else.

        Raises `SignatureRefusedError`, `api.problems.MalformedRequestError`.
        """
