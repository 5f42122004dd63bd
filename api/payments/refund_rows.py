"""The rows of refunds; whoever reads or writes them holds the lock on their payment."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, bindparam, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.models import Payment, PaymentRefund

COLUMNS = PaymentRefund.__table__.columns


async def find_refund(
    connection: AsyncConnection, payment_id: UUID, *, refund_id: UUID | None, refund_ref: str | None
) -> Row[Any] | None:
    """Return the refund of this payment with our id or the provider's name."""
    names = {"of_payment": payment_id, "by_id": refund_id, "by_ref": refund_ref}
    return (await connection.execute(_FIND, names)).first()


async def next_number(connection: AsyncConnection, payment_id: UUID) -> int:
    """Return the number of the payment's next refund, 1 being the first."""
    return int((await connection.execute(_NEXT_NUMBER, {"of_payment": payment_id})).scalar_one())


async def add_refund(connection: AsyncConnection, **values: Any) -> Row[Any]:
    """Store a refund and return it; the payment tells from now on how much of it went back."""
    added = (await connection.execute(_ADD, {**_NOTHING, **values})).one()
    await connection.execute(_COUNT, {"of_payment": added.payment_id})
    return added


async def finish_refund(
    connection: AsyncConnection,
    refund: Row[Any],
    status: str,
    *,
    now: datetime,
    refund_ref: str | None = None,
    failure: str | None = None,
    given_back_minor: int = 0,
) -> None:
    """Store that nothing more is asked: it is done, or failed and so much is in the wallet again."""
    done = {"id_": refund.id, "to": status, "now": now, "ref": refund_ref or refund.provider_ref, "why": failure}
    await connection.execute(_FINISH, {**done, "given": given_back_minor})
    await connection.execute(_COUNT, {"of_payment": refund.payment_id})


async def owed_back(connection: AsyncConnection, payment: Row[Any], refund: Row[Any]) -> int:
    """Return what the wallet is to get again of a refund that failed.

    All that left it for this payment, less what the payer has by other ways: whichever of several refunds came
    first and found the money there, and whichever fails, the wallet is the same in the end.
    """
    of = {"of_payment": payment.id, "but": refund.id}
    found = (await connection.execute(_OTHERS, of)).one()
    amount_minor: int = payment.amount_minor
    return max(0, int(found.taken_minor) - min(amount_minor, int(found.gone_minor)))


async def name_refund(connection: AsyncConnection, refund: Row[Any], refund_ref: str) -> None:
    """Store the provider's name for it."""
    await connection.execute(_NAME, {"id_": refund.id, "ref": refund_ref})


_NOTHING = {
    "provider_ref": None,
    "actor_id": None,
    "actor_name": None,
    "ask_again_at": None,
    "finished_at": None,
    "failure": None,
}
_FIND = (
    select(*COLUMNS)
    .where(
        PaymentRefund.payment_id == bindparam("of_payment"),
        or_(PaymentRefund.id == bindparam("by_id"), PaymentRefund.provider_ref == bindparam("by_ref")),
    )
    .order_by(PaymentRefund.number)
)
_NEXT_NUMBER = select(func.coalesce(func.max(PaymentRefund.number), 0) + 1).where(
    PaymentRefund.payment_id == bindparam("of_payment")
)
_ADD = insert(PaymentRefund).returning(*COLUMNS)
_FINISH = (
    update(PaymentRefund)
    .where(PaymentRefund.id == bindparam("id_"))
    .values(
        status=bindparam("to"),
        finished_at=bindparam("now"),
        provider_ref=bindparam("ref"),
        failure=bindparam("why"),
        given_back_minor=bindparam("given"),
        ask_again_at=None,
    )
)
_NAME = update(PaymentRefund).where(PaymentRefund.id == bindparam("id_")).values(provider_ref=bindparam("ref"))
_OTHERS = select(
    func.coalesce(func.sum(PaymentRefund.taken_minor - PaymentRefund.given_back_minor), 0).label("taken_minor"),
    func.coalesce(
        func.sum(PaymentRefund.amount_minor).filter(
            PaymentRefund.status != "failed", PaymentRefund.id != bindparam("but")
        ),
        0,
    ).label("gone_minor"),
).where(PaymentRefund.payment_id == bindparam("of_payment"))
_GONE_BACK = (
    select(func.coalesce(func.sum(PaymentRefund.amount_minor), 0))
    .where(PaymentRefund.payment_id == Payment.id, PaymentRefund.status != "failed")
    .correlate(Payment)
    .scalar_subquery()
)
# A bank may take more than was paid, as after a refund: the payment tells no more than its whole amount.
_COUNT = (
    update(Payment)
    .where(Payment.id == bindparam("of_payment"))
    .values(refunded_minor=func.least(Payment.amount_minor, _GONE_BACK))
)
