"""Adjusting a balance, with a reason."""

import logging
from dataclasses import dataclass
from uuid import UUID

from msgspec.structs import replace
from sqlalchemy.ext.asyncio import AsyncConnection

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
from shared.failpoints import Failpoint, failpoint
from shared.ids import new_id
from shared.ledger import InsufficientFundsError, Ledger
from shared.ledger.posting import Why
from shared.messages.events import BalanceAdjusted
from shared.outbox import store

logger = logging.getLogger(__name__)


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

    clock: Clock
    audit: AuditLog
    recent: RecentLogins
    currency: str

    def check(self, operator: Login, wanted: NewAdjustment) -> None:
        """Say before anything else what is wrong. Raises `LoginTooOldError`, `InvalidFieldsError`."""
        self.recent.demand(operator)
        if not wanted.amount_minor:
            raise InvalidFieldsError(FieldError("amount_minor", "Must not be 0"))

    async def adjust(
        self,
        connection: AsyncConnection,
        operator: Login,
        account_id: UUID,
        wanted: NewAdjustment,
        *,
        adjustment_id: UUID,
    ) -> Adjustment:
        """Book it against the house, in this transaction. `wanted` was checked.

        Raises `OwnAccountError`, `NotFoundError`, `NotThatMuchError`.
        """
        # Also of who has left: money that came too late can only leave the wallet this way.
        await subject_of(connection, account_id, by=operator, also_deleted=True)
        now = self.clock.now()
        ledger = await Ledger.open(connection, [account_id], now=now)
        wallet = ledger.wallets[account_id]
        was_blocked, could_pay = wallet.is_blocked, wallet.can_pay_a_minute
        why = Why(now, wanted.reason, operator.account_id)
        try:
            ledger.adjust(account_id, wanted.amount_minor, adjustment_id=adjustment_id, why=why)
        except InsufficientFundsError as error:
            raise NotThatMuchError(available_minor=error.available_minor, currency=self.currency) from error
        judge(ledger, account_id, could_pay=could_pay)
        await ledger.save()
        await failpoint(Failpoint.ADJUSTMENT_BOOKED)
        adjusted = BalanceAdjusted(
            event_id=new_id(),
            adjustment_id=adjustment_id,
            account_id=account_id,
            amount_minor=wanted.amount_minor,
            currency=self.currency,
            reason=wanted.reason,
            actor_id=operator.account_id,
            adjusted_at=now,
        )
        await store(connection, [adjusted, *money_changed(wallet, self.currency, was_blocked=was_blocked)])
        await failpoint(Failpoint.ADJUSTMENT_TOLD)
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
        return Adjustment(
            id=adjustment_id,
            account_id=account_id,
            amount_minor=wanted.amount_minor,
            balance_after_minor=wallet.balance_minor,
            currency=self.currency,
            created_at=now,
        )
