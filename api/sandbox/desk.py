"""The sandbox provider's desk: finds a checkout and tells us what became of it, over real HTTP."""

import re
from dataclasses import dataclass

from msgspec import Struct
from sqlalchemy import bindparam, select
from sqlalchemy.ext.asyncio import AsyncEngine

from api.payments.provider import ProviderUnavailableError
from api.payments.sandbox import NAME, SandboxProvider, event_id_of
from api.payments.sandbox_events import (
    DECLINED,
    EXPIRED,
    PAID,
    CheckoutEvent,
    EndedCheckout,
    PaidCheckout,
    SandboxEvent,
)
from api.problems import NotFoundError, UnavailableError
from shared.database import reading
from shared.models import Payment

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
        """Tell that it is paid; paying twice tells the same. Raises `NotFoundError`, `UnavailableError`."""
        checkout = await self._of_some_use(ref, "pending", "settled")
        paid = PaidCheckout(ref, checkout.amount_minor, checkout.currency)
        await self._tell(SandboxEvent(event_id_of(PAID, ref), PAID, paid))

    async def decline(self, ref: str) -> None:
        """Tell that no money came of it. Raises `NotFoundError`, `UnavailableError`."""
        await self._of_some_use(ref, "pending", "failed")
        await self._tell(CheckoutEvent(event_id_of(DECLINED, ref), DECLINED, EndedCheckout(ref)))

    async def expire(self, ref: str) -> None:
        """Tell that nobody came in time. Raises `NotFoundError`, `UnavailableError`."""
        await self._of_some_use(ref, "pending", "expired")
        await self._tell(CheckoutEvent(event_id_of(EXPIRED, ref), EXPIRED, EndedCheckout(ref)))

    async def _of_some_use(self, ref: str, *statuses: str) -> OpenCheckout:
        """Return it where it is in such a state: what is over does not become something else."""
        checkout = await self.find(ref)
        if checkout.status not in statuses:
            raise NotFoundError
        return checkout

    async def _tell(self, event: SandboxEvent | CheckoutEvent) -> None:
        try:
            await self.provider.tell(event)
        except ProviderUnavailableError as error:
            raise UnavailableError(webhook="failed") from error
