"""Asking the provider for refunds that are booked: at once, and again until it is known what became of them.

Several processes may do so. Whoever asks takes the refund for a while first, in a transaction of its own: the
provider is never asked inside of one. Asking twice is harmless, since a refund is one by its id.
"""

import logging
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime, Integer, Interval, Row, Uuid, bindparam, select, text
from sqlalchemy.ext.asyncio import AsyncEngine

from api.payments.provider import PaymentProvider, ProviderUnavailableError, RefundOrder, RefusedByProviderError
from api.payments.refund_rows import find_refund
from api.payments.returning import RefundStatus, Said, advance
from shared.clock import Clock
from shared.database import autocommitting, transaction
from shared.failpoints import Failpoint, failpoint
from shared.models import Payment

ASKED_MAX = 20
"""In one round."""
WAITED_SHARE = 4
"""The longer a refund has waited, the longer until it is asked for again: for this part of the time so far."""
WAIT_MAX = timedelta(hours=6)

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class RefundAsking:
    """Brings refunds that are requested to their end."""

    engine: AsyncEngine
    clock: Clock
    provider: PaymentProvider
    wait: timedelta

    async def ask(self, refund_id: UUID) -> None:
        """Ask for one refund now, unless somebody else is about to; never fails where the provider does."""
        await self._ask_for(refund_id)

    async def look(self) -> int:
        """Ask for those whose time has come, and return how many. Raises `DatabaseUnavailableError`."""
        return await self._ask_for(None)

    async def _ask_for(self, refund_id: UUID | None) -> int:
        which = {
            "now": self.clock.now(),
            "wait": self.wait,
            "wait_max": WAIT_MAX,
            "waited_share": WAITED_SHARE,
            "provider": self.provider.name,
            "refund_id": refund_id,
            "most": ASKED_MAX,
        }
        async with autocommitting(self.engine) as connection:
            taken = (await connection.execute(_TAKE, which)).all()
        for refund in taken:
            await self._bring_on(refund)
        return len(taken)

    async def _bring_on(self, refund: Row[Any]) -> None:
        order = RefundOrder(
            refund_id=refund.id,
            payment_id=refund.payment_id,
            charge_ref=refund.provider_charge_ref,
            amount_minor=refund.amount_minor,
            currency=refund.currency,
            refund_ref=refund.provider_ref,
            is_repeated=refund.is_repeated,
        )
        await failpoint(Failpoint.PAYMENT_REFUND_TAKEN)
        try:
            outcome = await self.provider.refund(order)
        except ProviderUnavailableError as error:
            logger.warning("refund %s of payment %s has to wait: %s", refund.id, refund.payment_id, error)
        except RefusedByProviderError as error:
            logger.warning("refund %s of payment %s is refused: %s", refund.id, refund.payment_id, error.code)
            await self._store(refund, "failed", failure=error.code)
        else:
            await failpoint(Failpoint.PAYMENT_REFUND_ASKED)
            await self._store(refund, outcome.status, refund_ref=outcome.refund_ref)

    async def _store(
        self, refund: Row[Any], status: RefundStatus, *, refund_ref: str | None = None, failure: str | None = None
    ) -> None:
        now = self.clock.now()
        async with transaction(self.engine) as connection:
            payment = (await connection.execute(_LOCKED, {"of_payment": refund.payment_id})).one()
            # What a webhook has said meanwhile counts.
            found = await find_refund(connection, payment.id, refund_id=refund.id, refund_ref=None)
            if found is not None:
                said = Said(status, refund_ref=refund_ref, failure=failure, now=now, occurred_at=now)
                await advance(connection, payment, found, said)


_LOCKED = select(*Payment.__table__.columns).where(Payment.id == bindparam("of_payment")).with_for_update()
# A refund that was never asked for is due since it was made; but whoever made it is about to ask.
_TAKE = text(
    """
    WITH due AS (
        SELECT r.id, r.ask_again_at > r.created_at AS is_repeated
          FROM payment_refunds AS r JOIN payments AS p ON p.id = r.payment_id
         WHERE r.status = 'requested' AND r.ask_again_at <= :now AND p.provider = :provider
           AND CASE WHEN :refund_id IS NULL THEN r.created_at <= :now - :wait ELSE r.id = :refund_id END
         ORDER BY r.ask_again_at LIMIT :most
           FOR UPDATE OF r SKIP LOCKED
    )
    UPDATE payment_refunds AS r
       SET ask_again_at = :now + least(greatest((:now - r.created_at) / :waited_share, :wait), :wait_max)
      FROM due, payments AS p
     WHERE r.id = due.id AND p.id = r.payment_id
    RETURNING r.id, r.payment_id, r.amount_minor, r.provider_ref, p.currency, p.provider_charge_ref, due.is_repeated
    """
).bindparams(
    bindparam("now", type_=DateTime(timezone=True)),
    bindparam("wait", type_=Interval),
    bindparam("wait_max", type_=Interval),
    bindparam("waited_share", type_=Integer),
    bindparam("refund_id", type_=Uuid),
    bindparam("most", type_=Integer),
)
