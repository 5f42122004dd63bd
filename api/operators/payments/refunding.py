"""Giving back a payment, or a part of it, at an operator's word.

The money leaves the wallet first, so that it cannot be spent meanwhile; then the provider is asked, outside of the
transaction. Whatever ends this process in between, `api.payments.refund_asking` asks again.
"""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Row, bindparam, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from api.operators.acting import subject_of
from api.operators.audit.actions import Action
from api.operators.audit.log import AuditLog
from api.operators.money.adjusting import NotThatMuchError
from api.operators.payments.reading import view_of
from api.operators.payments.schemas import NewPaymentRefund, PaymentRefundView
from api.operators.sessions.recent import RecentLogins
from api.payments.refund_asking import RefundAsking
from api.payments.refund_booking import Leaving, book_leaving
from api.payments.refund_rows import add_refund, find_refund, next_number
from api.payments.service import PaymentsNotOfferedError
from api.problems import ApiError, NotFoundError, ProblemType
from api.security import Login
from shared.clock import Clock
from shared.database import reading, transaction
from shared.failpoints import Failpoint, failpoint
from shared.ids import new_id
from shared.ledger import InsufficientFundsError
from shared.ledger.posting import Why
from shared.models import Payment, PaymentRefund


class PaymentNotSettledError(ApiError):
    """Nothing was paid, so that nothing can go back."""

    problem_type = ProblemType.PAYMENT_NOT_SETTLED


class RefundTooLargeError(ApiError):
    """More would go back than was paid and has not gone back yet."""

    problem_type = ProblemType.REFUND_TOO_LARGE


@dataclass(frozen=True)
class Refunding:
    """Books refunds and has the provider asked for them."""

    engine: AsyncEngine
    clock: Clock
    audit: AuditLog
    recent: RecentLogins
    asking: RefundAsking | None

    async def refund(
        self, operator: Login, payment_id: UUID, wanted: NewPaymentRefund, *, refund_id: UUID | None = None
    ) -> PaymentRefundView:
        """Give back so much, and return what became of it so far.

        `refund_id` is one of `new_id`, chosen beforehand: with the same one again there is still one refund.
        Raises `LoginTooOldError`, `NotFoundError`, `OwnAccountError`, `PaymentNotSettledError`,
        `PaymentsNotOfferedError`, `RefundTooLargeError`, `NotThatMuchError`.
        """
        self.recent.demand(operator)
        refund_id = refund_id or new_id()
        async with transaction(self.engine) as connection:
            await self.book(connection, operator, payment_id, wanted, refund_id=refund_id)
        return await self.ask(payment_id, refund_id)

    async def book(
        self,
        connection: AsyncConnection,
        operator: Login,
        payment_id: UUID,
        wanted: NewPaymentRefund,
        *,
        refund_id: UUID,
    ) -> PaymentRefundView:
        """Take the money out of the wallet, once for this id, and store what the provider is to be asked for."""
        payer = (await connection.execute(_PAYER, {"payment_id": payment_id})).scalar_one_or_none()
        if payer is None:
            raise NotFoundError
        # Also of who has left: money that came too late goes back to where it came from.
        await subject_of(connection, payer, by=operator, also_deleted=True)
        payment = (await connection.execute(_LOCKED, {"payment_id": payment_id})).one()
        refund = await find_refund(connection, payment_id, refund_id=refund_id, refund_ref=None)
        if refund is None:
            refund = await self._booked(connection, operator, payment, wanted, refund_id)
        return view_of(refund, payment.currency)

    async def ask(self, payment_id: UUID, refund_id: UUID) -> PaymentRefundView:
        """Have the provider asked now, and return what became of it; where it is away, it is asked again later."""
        if self.asking is not None:
            await self.asking.ask(refund_id)
        async with reading(self.engine) as connection:
            found = await connection.execute(_ONE, {"payment_id": payment_id, "refund_id": refund_id})
            row: Any = found.one()
        return view_of(row, row.currency)

    async def _booked(
        self,
        connection: AsyncConnection,
        operator: Login,
        payment: Row[Any],
        wanted: NewPaymentRefund,
        refund_id: UUID,
    ) -> Row[Any]:
        if payment.status != "settled":
            raise PaymentNotSettledError
        if self.asking is None or payment.provider != self.asking.provider.name:
            raise PaymentsNotOfferedError(
                f"It was paid through {payment.provider}, which is not configured any more"
            )
        left_minor = payment.amount_minor - payment.refunded_minor
        if wanted.amount_minor > left_minor:
            raise RefundTooLargeError(f"At most {left_minor} can go back")
        now = self.clock.now()
        leaving = Leaving(refund_id, await next_number(connection, payment.id), wanted.amount_minor)
        why = Why(now, wanted.reason, operator.account_id)
        try:
            taken_minor = await book_leaving(connection, payment, leaving, why=why, now=now)
        except InsufficientFundsError as error:
            raise NotThatMuchError(available_minor=error.available_minor, currency=payment.currency) from error
        await failpoint(Failpoint.PAYMENT_REFUND_BOOKED)
        refund = await add_refund(
            connection,
            id=refund_id,
            payment_id=payment.id,
            number=leaving.number,
            amount_minor=wanted.amount_minor,
            taken_minor=taken_minor,
            status="requested",
            origin="operator",
            reason=wanted.reason,
            actor_id=operator.account_id,
            actor_name=operator.user_name,
            created_at=now,
            ask_again_at=now,
        )
        await self.audit.record(
            connection,
            Action.PAYMENT_REFUNDED,
            by=operator,
            reason=wanted.reason,
            account_id=payment.account_id,
            payment_id=str(payment.id),
            refund_id=str(refund_id),
            amount_minor=wanted.amount_minor,
            currency=payment.currency,
        )
        return refund


_PAYER = select(Payment.account_id).where(Payment.id == bindparam("payment_id"))
_PAYMENT = select(*Payment.__table__.columns).where(Payment.id == bindparam("payment_id"))
_LOCKED = _PAYMENT.with_for_update()
_ONE = (
    select(*PaymentRefund.__table__.columns, Payment.currency)
    .join(Payment, Payment.id == PaymentRefund.payment_id)
    .where(PaymentRefund.payment_id == bindparam("payment_id"), PaymentRefund.id == bindparam("refund_id"))
)
