"""The sandbox provider: pays without money, and confirms by a signed webhook as a real provider does."""

import secrets as random_secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from api.payments.provider import Checkout, Confirmation, Order, SignatureRefusedError
from api.payments.signatures import HEADER, is_signed, sign
from api.problems import MalformedRequestError
from shared.clock import Clock

NAME = "sandbox"
PAID = "checkout.paid"
REF_BYTES = 32

Name = Annotated[str, Meta(pattern=r"^[!-~]{1,255}\Z")]
"""Of events and checkouts: printable ASCII."""


class PaidCheckout(Struct, frozen=True):
    """What the event is about."""

    provider_ref: Name
    amount_minor: int
    currency: str


class SandboxEvent(Struct, frozen=True):
    """The webhook's body. Events of other types may follow; they are none of ours."""

    id: Name
    type: str
    data: PaidCheckout


class AnyEvent(Struct, frozen=True):
    """As much of any event as tells whether to read on."""

    id: str
    type: str


@dataclass
class SandboxProvider:
    """A `PaymentProvider` whose checkout is a page of our own; the first secret signs, all verify.

    `secrets` may be replaced at any time.
    """

    public_url: str
    secrets: Sequence[str]
    tolerance_seconds: int
    clock: Clock
    name: str = NAME

    async def create_checkout(self, order: Order) -> Checkout:  # noqa: ARG002 - it reads our own record of it
        """Return a checkout whose reference is a secret: only who has it can pay there."""
        ref = random_secrets.token_urlsafe(REF_BYTES)
        return Checkout(ref, f"{self.public_url.rstrip('/')}/sandbox/checkout/{ref}")

    def read_webhook(self, body: bytes, headers: Mapping[str, str]) -> Confirmation | None:
        """Verify and read. Raises `SignatureRefusedError`, `MalformedRequestError`."""
        header = headers.get(HEADER.lower(), "")
        now = self.clock.now()
        if not is_signed(header, body, secrets=self.secrets, now=now, tolerance_seconds=self.tolerance_seconds):
            raise SignatureRefusedError
        try:
            if msgspec.json.decode(body, type=AnyEvent).type != PAID:
                return None
            event = msgspec.json.decode(body, type=SandboxEvent)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise MalformedRequestError("The body is no event.") from error
        paid = event.data
        return Confirmation(event.id, paid.provider_ref, paid.amount_minor, paid.currency)

    def signed(self, body: bytes) -> dict[str, str]:
        """Return the headers of a webhook that the sandbox sends."""
        signature = sign(body, secret=self.secrets[0], now=self.clock.now())
        return {HEADER: signature, "Content-Type": "application/json"}
