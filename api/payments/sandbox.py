"""The sandbox provider: pays without money, and tells by a signed webhook as a real provider does."""

import hashlib
import logging
import secrets as random_secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

import httpx
import msgspec

from api.payments.facts import CheckoutExpired, Fact, MoneyReturned, Paid, PaymentFailed, ProvenFact
from api.payments.provider import (
    Checkout,
    Order,
    ProviderUnavailableError,
    RefundOrder,
    RefundOutcome,
    SignatureRefusedError,
)
from api.payments.sandbox_events import (
    DECLINED,
    EXPIRED,
    PAID,
    REFUNDED,
    AnyEvent,
    CheckoutEvent,
    DoneRefund,
    RefundEvent,
    SandboxEvent,
)
from api.payments.signatures import HEADER, is_signed, sign
from api.problems import MalformedRequestError
from shared.clock import Clock
from shared.settings import Settings

NAME = "sandbox"
REF_BYTES = 32

logger = logging.getLogger(__name__)


@dataclass(kw_only=True)
class SandboxProvider:
    """A `PaymentProvider` whose checkout is a page of our own; the first secret signs, all verify.

    `secrets` may be replaced at any time. `webhook_url` is where it reaches us, over real HTTP.
    """

    public_url: str
    secrets: Sequence[str]
    tolerance_seconds: int
    clock: Clock
    http: httpx.AsyncClient
    webhook_url: str
    name: str = NAME

    async def create_checkout(self, order: Order) -> Checkout:  # noqa: ARG002 - it reads our own record of it
        """Return a checkout whose reference is a secret: only who has it can pay there."""
        ref = random_secrets.token_urlsafe(REF_BYTES)
        return Checkout(ref, f"{self.public_url.rstrip('/')}/sandbox/checkout/{ref}")

    async def refund(self, order: RefundOrder) -> RefundOutcome:
        """Give back at once, and tell it by webhook; asked again, it is the same refund, and told again."""
        refund_ref = f"re_{order.refund_id.hex}"
        done = DoneRefund(
            refund_ref=refund_ref,
            charge_ref=order.charge_ref,
            refund_id=str(order.refund_id),
            amount_minor=order.amount_minor,
            currency=order.currency,
        )
        await self.tell(RefundEvent(event_id_of(REFUNDED, refund_ref), REFUNDED, done))
        return RefundOutcome(refund_ref, "pending")

    async def tell(self, event: SandboxEvent | CheckoutEvent | RefundEvent) -> None:
        """Send an event to ourselves. Raises `ProviderUnavailableError` where it does not arrive."""
        body = msgspec.json.encode(event)
        try:
            answer = await self.http.post(self.webhook_url, content=body, headers=self.signed(body))
            answer.raise_for_status()
        except httpx.HTTPError as error:
            logger.warning("the webhook of event %s failed: %s", event.id, error or type(error).__name__)
            raise ProviderUnavailableError("the sandbox's webhook failed") from error

    def read_webhook(self, body: bytes, headers: Mapping[str, str]) -> ProvenFact | None:
        """Verify and read. Raises `SignatureRefusedError`, `MalformedRequestError`."""
        header = headers.get(HEADER.lower(), "")
        now = self.clock.now()
        if not is_signed(header, body, secrets=self.secrets, now=now, tolerance_seconds=self.tolerance_seconds):
            raise SignatureRefusedError
        try:
            event = msgspec.json.decode(body, type=AnyEvent)
            fact = _fact(event.type, body)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, ValueError) as error:
            raise MalformedRequestError("The body is no event.") from error
        return None if fact is None else ProvenFact(event.id, fact)

    def signed(self, body: bytes) -> dict[str, str]:
        """Return the headers of a webhook that the sandbox sends."""
        signature = sign(body, secret=self.secrets[0], now=self.clock.now())
        return {HEADER: signature, "Content-Type": "application/json"}

    def take_secrets(self, settings: Settings) -> None:
        """Go on with these, where there are any."""
        self.secrets = settings.sandbox_webhook_secrets or self.secrets

    async def close(self) -> None:
        """Let go of connections."""
        await self.http.aclose()


def event_id_of(kind: str, ref: str) -> str:
    """Return the id of what happened to this checkout or refund: telling it again is the same event."""
    return f"evt_{hashlib.sha256(f'{kind} {ref}'.encode()).hexdigest()[:32]}"


def charge_of(provider_ref: str) -> str:
    """Return the name of the money that was paid at this checkout, which tells nobody where that is."""
    return f"ch_{hashlib.sha256(provider_ref.encode()).hexdigest()[:32]}"


def _fact(kind: str, body: bytes) -> Fact | None:
    if kind == PAID:
        paid = msgspec.json.decode(body, type=SandboxEvent).data
        return Paid(
            provider_ref=paid.provider_ref,
            amount_minor=paid.amount_minor,
            currency=paid.currency,
            charge_ref=charge_of(paid.provider_ref),
        )
    if kind == DECLINED:
        ref = msgspec.json.decode(body, type=CheckoutEvent).data.provider_ref
        return PaymentFailed(provider_ref=ref, failure="declined")
    if kind == EXPIRED:
        return CheckoutExpired(provider_ref=msgspec.json.decode(body, type=CheckoutEvent).data.provider_ref)
    if kind == REFUNDED:
        done = msgspec.json.decode(body, type=RefundEvent).data
        return MoneyReturned(
            charge_ref=done.charge_ref,
            return_ref=done.refund_ref,
            refund_id=UUID(done.refund_id) if done.refund_id else None,
            amount_minor=done.amount_minor,
            currency=done.currency,
            status=done.status,
            cause="refund",
        )
    return None
