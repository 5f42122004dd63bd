"""The sandbox provider's desk: finds a checkout and confirms it to us, over real HTTP."""

import hashlib
import logging
import re
from dataclasses import dataclass

import httpx
import msgspec
from msgspec import Struct
from sqlalchemy import bindparam, select
from sqlalchemy.ext.asyncio import AsyncEngine

from api.payments.sandbox import NAME, PAID, PaidCheckout, SandboxEvent, SandboxProvider
from api.problems import NotFoundError, UnavailableError
from shared.database import reading
from shared.models import Payment

logger = logging.getLogger(__name__)

_REF = re.compile(r"[A-Za-z0-9_-]{20,64}", re.ASCII)
_OPEN = select(Payment.amount_minor, Payment.currency, Payment.status).where(
    Payment.provider == NAME, Payment.provider_ref == bindparam("ref")
)


class OpenCheckout(Struct, frozen=True):
    """A checkout as the provider sees it."""

    amount_minor: int
    currency: str
    status: str


@dataclass(frozen=True)
class SandboxDesk:
    """What a provider would run elsewhere. It keeps no books of its own but reads what we asked for."""

    engine: AsyncEngine
    provider: SandboxProvider
    http: httpx.AsyncClient
    webhook_url: str

    async def find(self, ref: str) -> OpenCheckout:
        """Return the checkout. Raises `NotFoundError`."""
        if not _REF.fullmatch(ref):
            raise NotFoundError
        async with reading(self.engine) as connection:
            row = (await connection.execute(_OPEN, {"ref": ref})).one_or_none()
        if row is None:
            raise NotFoundError
        return OpenCheckout(*row)

    async def pay(self, ref: str) -> None:
        """Confirm the checkout by webhook; paying twice sends the same event. Raises `UnavailableError`."""
        checkout = await self.find(ref)
        event_id = f"evt_{hashlib.sha256(ref.encode()).hexdigest()[:32]}"
        paid = PaidCheckout(ref, checkout.amount_minor, checkout.currency)
        body = msgspec.json.encode(SandboxEvent(event_id, PAID, paid))
        try:
            answer = await self.http.post(self.webhook_url, content=body, headers=self.provider.signed(body))
            answer.raise_for_status()
        except httpx.HTTPError as error:
            logger.warning("the webhook of event %s failed: %s", event_id, error or type(error).__name__)
            raise UnavailableError(webhook="failed") from error
