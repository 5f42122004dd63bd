"""Asking for payments and reading them."""

from dataclasses import dataclass
from typing import Any, NamedTuple, cast
from uuid import UUID

from advanced_alchemy.repository import SQLAlchemyAsyncRepository
from sqlalchemy import Row, bindparam, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from api.pages import NewestFirst, Page, page_of, read_cursor
from api.payments.facts import Failure
from api.payments.provider import (
    AmountRefusedError,
    Checkout,
    Order,
    PaymentProvider,
    ProviderUnavailableError,
    RefusedByProviderError,
)
from api.payments.schemas import PaymentStatus, PaymentView
from api.problems import ApiError, FieldError, InvalidFieldsError, NotFoundError, ProblemType, UnavailableError
from api.reads import reading_session
from shared.clock import Clock
from shared.models import Payment


class PaymentsNotOfferedError(ApiError):
    """No provider is configured."""

    problem_type = ProblemType.PAYMENTS_NOT_OFFERED


class PaymentRepository(SQLAlchemyAsyncRepository[Payment]):
    """Payments, to be listed and shown."""

    model_type = Payment


class Asked(NamedTuple):
    """What a provider was asked for, and where it is paid; not stored yet."""

    order: Order
    provider: str
    checkout: Checkout


@dataclass(frozen=True)
class Payments:
    """Asks the provider for payments; what it confirms is `Settlement`'s."""

    engine: AsyncEngine
    clock: Clock
    provider: PaymentProvider | None
    currency: str
    amount_minor_max: int

    async def ask(self, amount_minor: int, *, payment_id: UUID) -> Asked:
        """Ask the provider for a payment, outside of any transaction; it changes no balance yet.

        `payment_id` is one of `new_id`: asked for under the same one again there is still one checkout. The
        provider is asked before anything is stored: no payment is stored that cannot be paid, and nobody can pay
        before it is stored, since only the answer to this request says where.
        Raises `PaymentsNotOfferedError`, `InvalidFieldsError`, `UnavailableError`.
        """
        if self.provider is None:
            raise PaymentsNotOfferedError
        if amount_minor > self.amount_minor_max:
            raise InvalidFieldsError(FieldError("amount_minor", f"Expected `int` <= {self.amount_minor_max}"))
        order = Order(payment_id, amount_minor, self.currency)
        try:
            checkout = await self.provider.create_checkout(order)
        except AmountRefusedError as error:
            raise InvalidFieldsError(FieldError("amount_minor", "No payment of this amount can be made")) from error
        except (ProviderUnavailableError, RefusedByProviderError) as error:
            raise UnavailableError(payment_provider="down") from error
        return Asked(order, self.provider.name, checkout)

    async def store(self, connection: AsyncConnection, account_id: UUID, asked: Asked) -> PaymentView:
        """Store what was asked for, or return it as it was stored before."""
        order, provider, checkout = asked
        payment = {
            "id": order.payment_id,
            "account_id": account_id,
            "amount_minor": order.amount_minor,
            "currency": order.currency,
            "provider": provider,
            "provider_ref": checkout.provider_ref,
            "checkout_url": checkout.url,
            "created_at": self.clock.now(),
        }
        stored = (await connection.execute(_STORE, payment)).one_or_none()
        return view_of(stored or (await connection.execute(_STORED, {"payment_id": order.payment_id})).one())

    async def list_own(self, account_id: UUID, *, limit: int, cursor: str) -> Page[PaymentView]:
        """Return the account's own payments, newest first."""
        newest = NewestFirst(read_cursor(cursor, UUID), limit)
        async with reading_session(self.engine) as session:
            repository = PaymentRepository(session=session, wrap_exceptions=False)
            rows = await repository.get_many(Payment.account_id == account_id, newest)
        return page_of(rows, limit=limit, view=view_of, key=lambda row: row.id)

    async def get_own(self, account_id: UUID, payment_id: UUID) -> PaymentView:
        """Return one of the account's own payments. Raises `NotFoundError`."""
        async with reading_session(self.engine) as session:
            repository = PaymentRepository(session=session, wrap_exceptions=False)
            row = await repository.get_one_or_none(id=payment_id, account_id=account_id)
        if row is None:
            raise NotFoundError
        return view_of(row)


def view_of(row: Payment | Row[Any]) -> PaymentView:
    """Return a payment as its account sees it; the provider's own reference stays with us."""
    return PaymentView(
        id=row.id,
        amount_minor=row.amount_minor,
        currency=row.currency,
        status=cast("PaymentStatus", row.status),
        provider=row.provider,
        checkout_url=row.checkout_url,
        created_at=row.created_at,
        settled_at=row.settled_at,
        ended_at=row.ended_at,
        failure=cast("Failure | None", row.failure),
        refunded_minor=row.refunded_minor,
    )


_STORE = insert(Payment).on_conflict_do_nothing(index_elements=["id"]).returning(*Payment.__table__.columns)
_STORED = select(*Payment.__table__.columns).where(Payment.id == bindparam("payment_id"))
