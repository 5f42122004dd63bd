"""Adjusting a balance: once for ever under the id that the client chose, with a reason."""

import logging
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from msgspec.structs import replace
from sqlalchemy import Row, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from api.operators.acting import subject_of
from api.operators.audit.actions import Action
from api.operators.audit.log import AuditLog
from api.operators.money.judging import judge
from api.operators.money.schemas import Adjustment, NewAdjustment
from api.operators.money.telling import money_changed
from api.operators.sessions.recent import RecentLogins
from api.problems import ApiError, FieldError, InvalidFieldsError, Problem, ProblemType
from api.security import Login
from shared.clock import Clock
from shared.database import transaction
from shared.ledger import InsufficientFundsError, Ledger
from shared.models import LedgerEntry
from shared.outbox import store

logger = logging.getLogger(__name__)


class AdjustmentMismatchError(ApiError):
    """The id was used before, for another account or another amount."""

    problem_type = ProblemType.ADJUSTMENT_MISMATCH


class NotThatMuchError(ApiError):
    """More would be taken than is there and not held."""

    problem_type = ProblemType.INSUFFICIENT_FUNDS

    def __init__(self, *, available_minor: int, currency: str) -> None:
        super().__init__()
        self.available_minor = available_minor
        self.currency = currency

    def problem(self) -> Problem:
        """Return what the client is told: also how much may be taken."""
        return replace(super().problem(), available_minor=self.available_minor, currency=self.currency)


@dataclass(frozen=True)
class Adjusting:
    """Books what operators give and take."""

    engine: AsyncEngine
    clock: Clock
    audit: AuditLog
    recent: RecentLogins
    currency: str

    async def adjust(
        self, operator: Login, account_id: UUID, adjustment_id: UUID, wanted: NewAdjustment
    ) -> Adjustment:
        """Book it against the house, or return it as it was booked before.

        Raises `LoginTooOldError`, `InvalidFieldsError`, `OwnAccountError`, `NotFoundError`, `NotThatMuchError`,
        `AdjustmentMismatchError`.
        """
        self.recent.demand(operator)
        if not wanted.amount_minor:
            raise InvalidFieldsError(FieldError("amount_minor", "Must not be 0"))
        try:
            async with transaction(self.engine) as connection:
                # Also of who has left: money that came too late can only leave the wallet this way.
                await subject_of(connection, account_id, by=operator, also_deleted=True)
                booked = await _booked(connection, adjustment_id)
                if booked is None:
                    await self._book(connection, operator, account_id, adjustment_id, wanted)
                    booked = await _booked(connection, adjustment_id)
        except IntegrityError as error:
            # Another account's lock is not ours: the id was used there at this very moment.
            raise AdjustmentMismatchError from error
        return self._checked(booked, account_id, adjustment_id, wanted)

    async def _book(
        self,
        connection: AsyncConnection,
        operator: Login,
        account_id: UUID,
        adjustment_id: UUID,
        wanted: NewAdjustment,
    ) -> None:
        ledger = await Ledger.open(connection, [account_id], now=self.clock.now())
        wallet = ledger.wallets[account_id]
        was_blocked, could_pay = wallet.is_blocked, wallet.can_pay_a_minute
        try:
            ledger.adjust(account_id, wanted.amount_minor, adjustment_id=adjustment_id)
        except InsufficientFundsError as error:
            raise NotThatMuchError(available_minor=error.available_minor, currency=self.currency) from error
        judge(ledger, account_id, could_pay=could_pay)
        await ledger.save()
        await store(connection, money_changed(wallet, self.currency, was_blocked=was_blocked))
        await self.audit.record(
            connection,
            Action.BALANCE_ADJUSTED,
            by=operator,
            reason=wanted.reason,
            account_id=account_id,
            adjustment_id=str(adjustment_id),
            amount_minor=wanted.amount_minor,
            balance_after_minor=wallet.balance_minor,
            currency=self.currency,
        )
        logger.info("adjustment %s is booked", adjustment_id)

    def _checked(
        self, booked: Row[*tuple[Any, ...]] | None, account_id: UUID, adjustment_id: UUID, wanted: NewAdjustment
    ) -> Adjustment:
        if booked is None or (booked.wallet_id, booked.amount_minor) != (account_id, wanted.amount_minor):
            raise AdjustmentMismatchError
        return Adjustment(
            id=adjustment_id,
            account_id=account_id,
            amount_minor=booked.amount_minor,
            balance_after_minor=booked.balance_after_minor,
            currency=self.currency,
            created_at=booked.created_at,
        )


async def _booked(connection: AsyncConnection, adjustment_id: UUID) -> Row[*tuple[Any, ...]] | None:
    wallets_leg = select(
        LedgerEntry.wallet_id, LedgerEntry.amount_minor, LedgerEntry.balance_after_minor, LedgerEntry.created_at
    ).where(LedgerEntry.operation == f"adjustment:{adjustment_id}", LedgerEntry.wallet_id.is_not(None))
    return (await connection.execute(wallets_leg)).one_or_none()
