"""What a provider's confirmation does: once for ever, in one transaction, whoever repeats it."""

import logging
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Row, bindparam, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from api.payments.provider import Confirmation
from api.problems import ApiError, ProblemType
from shared.clock import Clock
from shared.database import transaction
from shared.ids import new_id
from shared.ledger import Ledger
from shared.messages.events import PaymentSettled
from shared.messages.notices import AccountUnblocked, WalletChanged
from shared.models import Payment, WebhookEvent
from shared.outbox import store

logger = logging.getLogger(__name__)

Outcome = Literal["settled", "repeated", "ignored"]


class PaymentMismatchError(ApiError):
    """The provider confirms another amount or currency than we asked for: nothing is credited."""

    problem_type = ProblemType.PAYMENT_MISMATCH


@dataclass(frozen=True)
class Settlement:
    """Turns confirmations into credit."""

    engine: AsyncEngine
    clock: Clock

    async def settle(self, provider: str, confirmation: Confirmation) -> Outcome:
        """Credit the payment's wallet, unless that was done before.

        A payment that is not ours is ignored: another installation may share the provider's account, and an
        error would have the provider send the event for days. Raises `PaymentMismatchError`.
        """
        async with transaction(self.engine) as connection:
            payment = await _locked(connection, provider, confirmation.provider_ref)
            if payment is None:
                logger.warning("%s event %s is about a payment that is not ours", provider, confirmation.event_id)
                return "ignored"
            _check(payment, confirmation)
            now = self.clock.now()
            is_new = await _claimed(connection, provider, confirmation.event_id, now)
            if not is_new or payment.status == "settled":
                return "repeated"
            await connection.execute(_SETTLED, {"payment_id": payment.id, "now": now})
            await _credit(connection, payment, now)
        logger.info("payment %s settled", payment.id)
        return "settled"


async def _locked(connection: AsyncConnection, provider: str, ref: str) -> Row[Any] | None:
    """The lock on the payment lets one confirmation of it work at a time."""
    return (await connection.execute(_LOCKED, {"provider": provider, "ref": ref})).one_or_none()


def _check(payment: Row[Any], confirmation: Confirmation) -> None:
    asked = (payment.amount_minor, payment.currency)
    confirmed = (confirmation.amount_minor, confirmation.currency)
    if asked != confirmed:
        logger.error(
            "payment %s asked for %s, event %s says %s", payment.id, asked, confirmation.event_id, confirmed
        )
        raise PaymentMismatchError


async def _claimed(connection: AsyncConnection, provider: str, event_id: str, now: datetime) -> bool:
    event = {"provider": provider, "event_id": event_id, "received_at": now}
    return (await connection.execute(_CLAIMED, event)).first() is not None


async def _credit(connection: AsyncConnection, payment: Row[Any], now: datetime) -> None:
    """Top up, unblock, and tell: the event for the record, the notices for the account's devices."""
    account_id = payment.account_id
    ledger = await Ledger.open(connection, [account_id], now=now)
    ledger.top_up(account_id, payment.amount_minor, payment_id=payment.id)
    unblocked = ledger.unblock(account_id)
    await ledger.save()
    wallet = ledger.wallets[account_id].state(payment.currency)
    settled = PaymentSettled(
        event_id=new_id(),
        payment_id=payment.id,
        account_id=account_id,
        amount_minor=payment.amount_minor,
        currency=payment.currency,
        provider=payment.provider,
        provider_ref=payment.provider_ref,
        settled_at=now,
    )
    changed = WalletChanged(notice_id=new_id(), account_id=account_id, wallet=wallet)
    freed = (
        [AccountUnblocked(notice_id=new_id(), account_id=account_id, wallet=wallet)]
        if unblocked and not wallet.blocked
        else []
    )
    await store(connection, [settled, changed, *freed])


# Made once: to build a statement costs about as much as to run it.
_LOCKED = (
    select(*Payment.__table__.columns)
    .where(Payment.provider == bindparam("provider"), Payment.provider_ref == bindparam("ref"))
    .with_for_update()
)
_CLAIMED = insert(WebhookEvent).on_conflict_do_nothing().returning(WebhookEvent.event_id)
_SETTLED = (
    update(Payment)
    .where(Payment.id == bindparam("payment_id"))
    .values(status="settled", settled_at=bindparam("now"))
)
