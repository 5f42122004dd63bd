"""What went back of a payment, to be seen by operators."""

from dataclasses import dataclass
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Row, bindparam, select
from sqlalchemy.ext.asyncio import AsyncEngine

from api.operators.audit.actions import Action
from api.operators.audit.log import AuditLog
from api.operators.payments.schemas import PaymentRefunds, PaymentRefundView, RefundOrigin, RefundStatus
from api.problems import NotFoundError
from api.security import Login
from shared.database import reading
from shared.models import Payment, PaymentRefund

REFUNDS_SHOWN_MAX = 200


@dataclass(frozen=True)
class RefundRecords:
    """Reads refunds; looking at them is in the audit log, as looking at the account is."""

    engine: AsyncEngine
    audit: AuditLog

    async def list_of(self, operator: Login, payment_id: UUID) -> PaymentRefunds:
        """Return what went back of a payment. Raises `NotFoundError`."""
        async with reading(self.engine) as connection:
            payment = (await connection.execute(_PAYMENT, {"payment_id": payment_id})).one_or_none()
            if payment is None:
                raise NotFoundError
            rows = (await connection.execute(_ALL, {"payment_id": payment_id})).all()
        await self.audit.looked(Action.ACCOUNT_VIEWED, by=operator, account_id=payment.account_id)
        left_minor = payment.amount_minor - payment.refunded_minor if payment.status == "settled" else 0
        return PaymentRefunds([view_of(row, payment.currency) for row in rows], left_minor, payment.currency)


def view_of(row: Row[Any], currency: str) -> PaymentRefundView:
    """Return a refund as operators see it; the provider's own reference stays with us."""
    return PaymentRefundView(
        id=row.id,
        payment_id=row.payment_id,
        amount_minor=row.amount_minor,
        taken_minor=row.taken_minor,
        currency=currency,
        status=cast("RefundStatus", row.status),
        origin=cast("RefundOrigin", row.origin),
        reason=row.reason,
        actor_id=row.actor_id,
        actor_name=row.actor_name,
        failure=row.failure,
        created_at=row.created_at,
        finished_at=row.finished_at,
    )


_PAYMENT = select(*Payment.__table__.columns).where(Payment.id == bindparam("payment_id"))
_ALL = (
    select(*PaymentRefund.__table__.columns)
    .where(PaymentRefund.payment_id == bindparam("payment_id"))
    .order_by(PaymentRefund.number.desc())
    .limit(REFUNDS_SHOWN_MAX)
)
